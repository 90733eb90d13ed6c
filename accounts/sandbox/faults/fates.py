"""What becomes of each request: first the limits decide, then the faults that are set."""

from accounts.sandbox.faults.asked import Asked
from accounts.sandbox.faults.limits import Bounds, Limits
from accounts.sandbox.faults.outcomes import Ban, Chance, Fate
from accounts.sandbox.faults.plan import RANDOM_PROBABILITY, Fault, Plan


class Faults:
    """The exchange's plan of faults and its limits; everything happens on one thread."""

    def __init__(self, *, fault_seed: int | None) -> None:
        """No limits; no faults, or with a seed a random plan for whatever is asked."""
        self._fault_seed = fault_seed
        self.reset()

    def reset(self) -> None:
        """As at the start: a random plan begins anew with its seed."""
        self.limits = Limits()
        self.plan = Plan()
        if self._fault_seed is not None:
            self.plan.add(random_plan(self._fault_seed))

    def enforce(self, bounds: Bounds) -> None:
        """From now on `bounds` are enforced; what was used and who was banned is forgotten."""
        self.limits = Limits(bounds)

    def clear(self) -> None:
        """Take every fault away and lift the bans; the limits stay."""
        self.plan.clear()
        self.limits.lift_bans()

    def fate(self, asked: Asked, *, at_us: int) -> Fate:
        """What becomes of the request that arrives now (microseconds since the epoch)."""
        refusal = self.limits.admit(asked, at_us=at_us)
        if refusal is not None:
            return Fate(answer=refusal)
        fate = self.plan.fate(asked)
        if isinstance(fate, Ban):
            return Fate(answer=self.limits.ban(asked.address, fate, at_us=at_us))
        return fate


def random_plan(seed: int) -> Fault:
    """A tenth of all requests go wrong, for ever, each in a way that `seed` decides."""
    return Fault(Chance(), times=None, probability=RANDOM_PROBABILITY, seed=seed)
