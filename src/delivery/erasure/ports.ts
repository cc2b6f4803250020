/** What erasure and retention need from the database. */

/** How much was erased, by record class. */
export type ErasureCounts = Readonly<
  Record<
    | 'texts'
    | 'mentions'
    | 'objects'
    | 'inbox'
    | 'outbox'
    | 'gaps'
    | 'refusals'
    | 'timers'
    | 'turns'
    | 'usage'
    | 'salts',
    number
  >
>;

/** What a legal hold keeps from erasure. */
export type HeldScopes = {
  /** Pseudonyms. */
  readonly persons: readonly string[];
  /** Ids of requests. */
  readonly requests: readonly string[];
};

/** What may be erased by age alone. Each before its own instant; null: never. */
export type RetentionLimits = Readonly<
  Record<'inbox' | 'outbox' | 'refusals' | 'gaps' | 'questions' | 'timers' | 'texts', Date | null>
>;

export interface ErasureStore {
  /** Ids of the requests in which a person acted or is named by pseudonym. */
  requestsOf(person: string): Promise<readonly string[]>;
  /**
   * Erases, in one transaction, the person's row, every text of theirs, texts, messages and stored objects that carry
   * their Slack id or name, and their refused attempts. The hashes stay, so every proof still verifies. What `held`
   * protects is left. Safe to call again.
   */
  erasePerson(person: string, at: Date, held: HeldScopes): Promise<ErasureCounts>;
  /**
   * Erases what is older than its limit: payloads received and sent with the conversations in them, refused attempts,
   * unanswered questions, the salts of logged ones, timers that fired, and the texts of requests that ended, except what `held` protects. Returns rows changed by class.
   */
  eraseOlder(limits: RetentionLimits, held: HeldScopes): Promise<Readonly<Record<string, number>>>;
}
