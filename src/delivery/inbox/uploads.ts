/** The port to files that people upload in Slack. */

/** A file as Slack handed it out, or why it did not, for good. */
export type FetchedUpload =
  | {
      readonly ok: true;
      readonly bytes: Uint8Array;
      readonly name: string;
      /** Slack user who uploaded it. */
      readonly user: string;
      /** Where people read it. */
      readonly address: string;
    }
  | { readonly ok: false; readonly why: 'gone' | 'too_large' | 'not_permitted' };

export interface Uploads {
  /** Fetches a file by its id. Throws when another attempt may succeed. */
  fetch(id: string): Promise<FetchedUpload>;
}
