/** The smallest words of the room, which documents and state both use. */

/** Opaque pseudonym of a person (`p_<uuid>`). The core never sees a name. */
export type Person = string;
/** Who did something: a person, or the server itself (timers, delivery records). */
export type Actor = Person | 'service';

export const TIERS = ['minimal', 'limited', 'high', 'prohibited'] as const;
/** Risk tier, lowest first. `prohibited` is refused at submission. */
export type Tier = (typeof TIERS)[number];
