/** Who may act in which role at a moment, and in which roles a vote may count. */
import type { Person } from './basics.ts';

/** How a person comes to act in a role. A delegate and a deputy count for the person they stand for. */
type Basis = 'holder' | 'delegation' | 'deputy';

/** One line of the roster: this person may act in this role now. */
export type Assignment = {
  readonly id: string;
  readonly role: string;
  readonly person: Person;
  readonly basis: Basis;
  /** For a delegation or deputy: whom the person stands for. Null for the holder. */
  readonly onBehalfOf: Person | null;
  /** Slack user group by which it is held. */
  readonly group?: string;
};

/**
 * Who holds which role at the moment of the click, resolved by the server. Deputies are always listed; the core uses
 * one only where the holder is absent, gone or recused, or after the request was escalated.
 */
export type Roster = {
  /** sha256 of the stored roster object, for the record; null where none was stored. */
  readonly ref: string | null;
  readonly assignments: readonly Assignment[];
  /**
   * Held by a user group that does not confirm the person now: she left it, or it could not be read. Nobody acts by
   * these and no vote counts by them, yet she is waited for: who edits the group stops decisions and makes none.
   */
  readonly unconfirmed?: readonly Assignment[];
  /** Holders who are away now. */
  readonly absent: readonly Person[];
  /** sha256 of the request's captured files that serve now: in force, and somebody outside its side stands for them. */
  readonly files?: readonly string[];
  /** sha256 of captured files given for the request's conditions that are in force; whoever confirms stands for them. */
  readonly conditionFiles?: readonly string[];
  /** User groups by which roles are held: whose members were found in them, and when that was read (ISO). */
  readonly groups?: readonly {
    readonly group: string;
    readonly resolvedAt: string;
    readonly members: readonly Person[];
  }[];
};

/** A role in which a vote may count, as it stood when the vote was cast. */
export type Capacity = {
  readonly role: string;
  readonly assignment: string;
  readonly basis: Basis;
  /** The person for whom it counts: the voter, or who is stood for. */
  readonly countsFor: Person;
};
