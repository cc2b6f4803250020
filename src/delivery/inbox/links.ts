/** The port to linked documents: fetched where their host is configured; everywhere else a link stays an assertion. */

export type LinkRefusal =
  | 'host_not_allowed'
  | 'not_https'
  | 'private_address'
  | 'refused'
  | 'no_answer'
  | 'too_large'
  | 'too_many_redirects';
export type FetchedLink =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly why: LinkRefusal };

/** The port to linked documents. */
export interface Links {
  /** Whether the address is one that is fetched. */
  takes(url: string): boolean;
  /** Fetches it; failures are answers, for the link itself stays. */
  fetch(url: string): Promise<FetchedLink>;
}
