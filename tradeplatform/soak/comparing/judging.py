"""All differences between the three ledgers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tradeplatform.soak.comparing import contradictions, doubles, losses
from tradeplatform.soak.comparing.cases import Case, Kind
from tradeplatform.soak.comparing.pairing import match_all, pair
from tradeplatform.soak.ledgers import OurBooks, Promise, VenueBooks


def judge(promises: Sequence[Promise], ours: OurBooks, venue: VenueBooks) -> Sequence[Case]:
    """Every lie of the platform's; none when it kept its promises."""
    pairs, matches = pair(ours, venue), match_all(promises, ours)
    found: Mapping[Kind, Sequence[Iterable[str]]] = {
        Kind.LOST: (
            losses.turned_away(promises),
            losses.lost_signals(promises, ours),
            losses.lost_orders(matches),
            losses.lost_venue_orders(pairs, ours),
            losses.lost_fills(ours, venue),
            losses.lost_cancels(promises, matches, pairs),
        ),
        Kind.DOUBLED: (
            doubles.repeated_alerts(promises, ours),
            doubles.unasked_orders(matches),
            doubles.repeated_sends(ours, pairs),
            doubles.repeated_intents(ours),
            doubles.overfilled_intents(ours, matches, pairs),
            doubles.greedy_replacements(ours, pairs),
        ),
        Kind.UNEXPLAINED: (
            contradictions.wrong_orders(ours, pairs),
            contradictions.uncalled_for_cancels(ours, pairs),
            contradictions.wrong_fills(ours, venue),
            contradictions.wrong_positions(ours, venue),
            contradictions.needless_calls(ours),
        ),
        Kind.DRIFT: (ours.drifts,),
    }
    return list(_cases(found))


def _cases(found: Mapping[Kind, Sequence[Iterable[str]]]) -> Iterator[Case]:
    for kind, kinds in found.items():
        for sentences in kinds:
            yield from (Case(kind, sentence) for sentence in sentences)
