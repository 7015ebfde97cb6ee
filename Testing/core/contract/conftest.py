"""The suite's files are not named test_*, so pytest has to be told to explain their asserts."""

import pytest

pytest.register_assert_rewrite(
    "engine_contract", "contract_setting", "contract_proposals", "contract_teaching", "contract_tasks", "contract_history"
)
