"""The files of the suite. They are not named test_*, so pytest has to be told to explain their asserts."""

CONTRACT_FILES = (
    "cluster_contract",
    "engine_contract",
    "contract_setting",
    "contract_proposals",
    "contract_teaching",
    "contract_tasks",
    "contract_history",
    "contract_volume",
)
