/**
 * Who fills which place of a quorum: a largest matching of persons to places, so that nobody's order of clicking decides
 * whether the quorum is reached.
 */

/**
 * Fills as many places as possible, each with another voter. `fits(place, voter)` says whether the voter may fill the
 * place. Returns for each place the index of its voter, or -1. Deterministic; earlier places and voters come first.
 * Kuhn's augmenting paths: O(places x voters x edges), both bounded by the callers (places 72, voters 100).
 */
export function fillPlaces(
  places: number,
  voters: number,
  fits: (place: number, voter: number) => boolean,
): readonly number[] {
  const voterAt: number[] = new Array<number>(places).fill(-1);
  const placeOf: number[] = new Array<number>(voters).fill(-1);
  const augment = (place: number, tried: Set<number>): boolean => {
    for (let voter = 0; voter < voters; voter += 1) {
      if (tried.has(voter) || !fits(place, voter)) continue;
      tried.add(voter);
      const held = placeOf[voter] ?? -1;
      if (held !== -1 && !augment(held, tried)) continue;
      voterAt[place] = voter;
      placeOf[voter] = place;
      return true;
    }
    return false;
  };
  for (let place = 0; place < places; place += 1) augment(place, new Set());
  return voterAt;
}
