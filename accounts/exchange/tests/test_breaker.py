"""The state machine of breakers: when one opens, for how long, and how it closes again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from accounts.exchange import breaker
from accounts.exchange.breaker import BreakerState, Entry, Phase, Reason

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
CLOSED = BreakerState()
STOP = Reason.BAD_CREDENTIALS


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def troubled(state: BreakerState, *callers: int, every: float = 1) -> BreakerState:
    """After one trouble of each of these callers, one after the other."""
    for number, caller in enumerate(callers):
        state = breaker.hear_trouble(
            state,
            epoch=state.epoch,
            now=later(number * every),
            caller=caller,
            most_per_caller=breaker.TROUBLES_PER_CALLER,
        )
    return state


def paused(until: datetime | None = None, *, openings: int = 0) -> BreakerState:
    state = BreakerState(openings=openings)
    return breaker.pause(
        state, epoch=0, now=NOW, reason=Reason.RATE_LIMITED, message="slower", until=until
    )


def stopped(state: BreakerState = CLOSED) -> BreakerState:
    return breaker.stop(state, epoch=state.epoch, now=NOW, reason=STOP, message="no such key")


def probed(state: BreakerState, *, at: datetime) -> BreakerState:
    """One probe that was answered."""
    entered = breaker.admit(state)
    return breaker.hear_answer(entered, epoch=entered.epoch, now=at)


def test_five_troubles_without_an_answer_in_between_open_it() -> None:
    four = troubled(CLOSED, 1, 2, 3, 1)
    five = troubled(four, 2)

    assert four.phase is Phase.CLOSED
    assert (five.phase, five.reason) == (Phase.OPEN, Reason.UNREACHABLE)


def test_troubles_of_one_account_alone_do_not_open_a_venues_breaker() -> None:
    assert troubled(CLOSED, *[1] * 50).phase is Phase.CLOSED
    assert troubled(CLOSED, *[1] * 50, 2).phase is Phase.CLOSED
    assert troubled(CLOSED, *[1] * 50, 2, 3).phase is Phase.OPEN


def test_troubles_of_calls_for_public_data_are_nobodys_own() -> None:
    state = CLOSED

    for _ in range(breaker.TROUBLES):
        state = breaker.hear_trouble(
            state, epoch=state.epoch, now=NOW, caller=None, most_per_caller=3
        )

    assert state.phase is Phase.OPEN


def test_an_answer_in_between_starts_the_count_anew() -> None:
    four = troubled(CLOSED, 1, 2, 3, 1)

    answered = breaker.hear_answer(four, epoch=four.epoch, now=NOW)

    assert troubled(answered, 2, 3, 1, 2).phase is Phase.CLOSED


def test_troubles_that_are_far_apart_do_not_add_up() -> None:
    assert troubled(CLOSED, 1, 2, 3, 1, 2, 3, every=40).phase is Phase.CLOSED


def test_a_told_end_is_obeyed_to_the_moment() -> None:
    state = paused(later(90))

    assert breaker.entry(state, now=later(89.999), is_urgent=True) is Entry.REFUSE
    assert breaker.entry(state, now=later(90), is_urgent=False) is Entry.ADMIT


def test_pauses_without_a_told_end_grow_and_stay_below_two_minutes() -> None:
    ends = [paused(openings=openings).until for openings in range(9)]

    assert ends == [later(seconds) for seconds in (2, 4, 8, 16, 32, 64, 120, 120, 120)]


def test_a_later_told_end_extends_a_pause_and_an_earlier_one_does_not() -> None:
    state = paused(later(60))

    def told(until: datetime) -> BreakerState:
        return breaker.pause(
            state, epoch=-1, now=NOW, reason=Reason.RATE_LIMITED, message="", until=until
        )

    assert told(later(90)).until == later(90)
    assert told(later(30)).until == later(60)


def test_an_end_told_again_a_moment_later_is_obeyed_and_no_news() -> None:
    state = paused(later(60))

    again = breaker.pause(
        state,
        epoch=-1,
        now=later(0.2),
        reason=Reason.RATE_LIMITED,
        message="",
        until=later(60.2),
    )

    assert (again.until, again.changed_at) == (later(60.2), NOW)


def test_after_a_pause_calls_pass_one_then_two_then_four_then_all() -> None:
    state = paused()
    passed = []
    while state.phase is not Phase.CLOSED:
        round_ = 0
        while breaker.entry(state, now=later(10), is_urgent=False) is Entry.ADMIT:
            state = breaker.admit(state)
            round_ += 1
        passed.append(round_)
        state = breaker.hear_answer(state, epoch=state.epoch, now=later(10))

    assert passed == [1, 2, 3, 5]
    assert state.openings == 0


def test_the_first_trouble_while_probing_opens_it_for_longer() -> None:
    probing = breaker.admit(paused())

    again = breaker.hear_trouble(
        probing, epoch=probing.epoch, now=later(10), caller=1, most_per_caller=3
    )

    assert (again.phase, again.until) == (Phase.OPEN, later(14))
    assert again.opened_at == NOW


def test_a_probe_that_tells_nothing_gives_its_place_back() -> None:
    probing = breaker.admit(paused())

    left = breaker.leave(probing, epoch=probing.epoch)

    assert breaker.entry(probing, now=later(10), is_urgent=False) is Entry.WAIT
    assert breaker.entry(left, now=later(10), is_urgent=False) is Entry.ADMIT


def test_a_stop_has_no_end_and_lets_one_urgent_call_find_out() -> None:
    state = stopped()

    assert state.is_stop
    assert breaker.entry(state, now=later(10**8), is_urgent=False) is Entry.REFUSE
    assert breaker.entry(state, now=NOW, is_urgent=True) is Entry.ADMIT
    assert breaker.entry(breaker.admit(state), now=NOW, is_urgent=True) is Entry.REFUSE


def test_an_answer_to_an_urgent_call_ends_a_stop_and_another_refusal_does_not() -> None:
    probing = breaker.admit(stopped())

    refused_again = stopped(probing)

    assert probed(stopped(), at=later(5)).phase is Phase.CLOSED
    assert (refused_again.is_stop, refused_again.under_way) == (True, 0)


def test_a_pause_does_not_weaken_a_stop() -> None:
    state = stopped()

    after = breaker.pause(
        state, epoch=state.epoch - 1, now=NOW, reason=Reason.RATE_LIMITED, message=""
    )

    assert after is state


@pytest.mark.parametrize("state", [stopped(), paused()])
def test_what_a_call_from_before_tells_comes_too_late(state: BreakerState) -> None:
    old = state.epoch - 1

    assert breaker.hear_answer(state, epoch=old, now=NOW) is state
    assert breaker.leave(state, epoch=old) is state
    assert breaker.hear_trouble(state, epoch=old, now=NOW, caller=1, most_per_caller=3) is state


def test_a_refusal_from_before_a_person_cleared_the_stop_does_not_stop_again() -> None:
    state = stopped()

    cleared = breaker.close(state, now=NOW)

    assert breaker.stop(cleared, epoch=state.epoch, now=NOW, reason=STOP, message="") is cleared


class Machine(RuleBasedStateMachine):
    """Calls come and go in any order while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.state = BreakerState()
        self.now = NOW
        self.calls: list[int] = []  # the epochs of calls under way

    @rule(seconds=st.integers(0, 200))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(is_urgent=st.booleans())
    def call(self, *, is_urgent: bool) -> None:
        wanted = breaker.entry(self.state, now=self.now, is_urgent=is_urgent)
        if wanted is Entry.ADMIT:
            if self.state.phase is Phase.OPEN:
                assert self.state.is_stop or self.now >= (self.state.until or self.now)
            self.state = breaker.admit(self.state)
            self.calls.append(self.state.epoch)

    @precondition(lambda self: self.calls)
    @rule(data=st.data(), ending=st.integers(0, 5), told=st.none() | st.integers(1, 500))
    def end(self, data: st.DataObject, ending: int, told: int | None) -> None:
        epoch = self.calls.pop(data.draw(st.integers(0, len(self.calls) - 1)))
        before, now = self.state, self.now
        until = None if told is None else now + timedelta(seconds=told)
        match ending:
            case 0 | 1:
                self.state = breaker.hear_answer(before, epoch=epoch, now=now)
            case 2:
                self.state = breaker.hear_trouble(
                    before, epoch=epoch, now=now, caller=1, most_per_caller=5
                )
            case 3:
                self.state = breaker.leave(before, epoch=epoch)
            case 4:
                self.state = breaker.pause(
                    before,
                    epoch=epoch,
                    now=now,
                    reason=Reason.RATE_LIMITED,
                    message="",
                    until=until,
                )
                if until is not None and not before.is_stop:
                    assert self.state.until is not None
                    assert self.state.until >= until
            case _:
                self.state = breaker.stop(before, epoch=epoch, now=now, reason=STOP, message="")

    @rule()
    def clear(self) -> None:
        self.state = breaker.close(self.state, now=self.now)

    @invariant()
    def as_many_are_under_way_as_were_let_through(self) -> None:
        if self.state.phase is not Phase.CLOSED:
            assert self.state.under_way == self.calls.count(self.state.epoch)
            assert self.state.under_way <= max(self.state.allowed, 1)

    @invariant()
    def whatever_is_open_has_a_reason_and_a_beginning(self) -> None:
        is_closed = self.state.phase is Phase.CLOSED
        assert (self.state.reason is None) == (self.state.opened_at is None) == is_closed

    @invariant()
    def whatever_is_no_stop_lets_a_call_through_in_the_end(self) -> None:
        alone = self.state.phase is not Phase.PROBING or not self.state.under_way
        if not self.state.is_stop and alone:
            end = max(self.now, self.state.until or self.now)
            assert breaker.entry(self.state, now=end, is_urgent=False) is Entry.ADMIT


TestMachine = Machine.TestCase
