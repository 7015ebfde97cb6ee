"""The small promptable network: crops, prompt maps, network, coarse to fine."""
