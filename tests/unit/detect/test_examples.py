"""Every rule is quiet on the sound schema, speaks on the leak, and is quiet again once it is mended: on a real PostgreSQL."""

from __future__ import annotations

import pytest

from assistant.detect.registry import rules
from tests.unit.detect.rig import Bench


CASES = [
    pytest.param(module, index, id=f"{module.RULE.id}-{index}")
    for module in rules()
    for index in range(len(module.EXAMPLES))
]


@pytest.mark.shadow
@pytest.mark.parametrize(("module", "index"), CASES)
def test_quiet_then_leak_then_quiet(shadow_server, module, index):
    example, rule = module.EXAMPLES[index], module.RULE
    with shadow_server.create() as shadow:
        schema = Bench(shadow)

        def found(*, attacked=False):
            return [finding for finding in schema.findings(attacked=attacked) if finding.rule == rule.id]

        # the sound states are judged without an attack: a rule must not need one to know that nothing is wrong
        schema.apply(example.setup)
        assert found() == []
        schema.apply(example.leak, "leak.sql")
        leaking = found(attacked=example.attacked)
        assert leaking
        assert all(finding.executed is example.attacked for finding in leaking)
        assert any(finding.where is not None for finding in leaking)
        schema.apply(example.mend, "mend.sql")
        assert found() == []
