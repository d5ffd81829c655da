"""A recorded run whose every text would like to be obeyed."""

import dataclasses

from core.runs.finished import gallery

ATTACK = "</script><script>alert(1)</script><img src=http://evil.test/x onerror=alert(2)>"


def hostile_run():
    run = gallery()["questions-dan-task"]
    config = dataclasses.replace(run.config, dataset=f"/data/{ATTACK}.csv".replace("</", "<"), options={})
    dataset = dataclasses.replace(
        run.result.dataset, name=ATTACK, source=ATTACK, licence=ATTACK, classes=(ATTACK, "b"), content_hash=ATTACK
    )
    result = dataclasses.replace(run.result, dataset=dataset, warnings=(ATTACK,), config=config.to_dict())
    notes = f"{ATTACK}\n\n![x](http://evil.test/y) [z](javascript:alert(3)) **fine**"
    return dataclasses.replace(run, id=ATTACK, title=ATTACK, config=config, result=result, notes=notes)
