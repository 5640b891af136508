"""Every rule about code is quiet on the sound repository, speaks on the leak, and is quiet again once it is mended."""

from __future__ import annotations

import pytest

from assistant.detect.code.registry import code_rules
from tests.unit.detect.code.rig import followed


CASES = [
    pytest.param(module, index, id=f"{module.RULE.id}-{index}")
    for module in code_rules()
    for index in range(len(module.EXAMPLES))
]


@pytest.mark.parametrize(("module", "index"), CASES)
def test_quiet_then_leak_then_quiet(module, index):
    example, rule = module.EXAMPLES[index], module.RULE

    def found(files):
        report = followed(files, leaking=example.leaking)
        return [finding for finding in report.findings if finding.rule == rule.id]

    leaking = {**example.quiet, **example.leak}
    assert found(example.quiet) == []
    assert found(leaking)
    assert all(finding.where is not None for finding in found(leaking))
    assert found({**leaking, **(example.mend or example.quiet)}) == []
