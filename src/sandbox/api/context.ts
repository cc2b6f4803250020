import type { Core } from '../core.ts';
import type { TriggerBook } from '../triggers.ts';
import type { ApiAnswer, Args } from './args.ts';

/** What a Web API method works with. */
export type ApiContext = {
  readonly core: Core;
  readonly triggers: TriggerBook;
  /** Origin of this server as the app reaches it, without a trailing slash. */
  readonly baseUrl: () => string;
};

/** One Web API method. Refusals are answers; a throw is a fault of the sandbox and becomes `internal_error`. */
export type ApiMethod = (args: Args, context: ApiContext) => ApiAnswer | Promise<ApiAnswer>;
export type ApiMethods = Readonly<Record<string, ApiMethod>>;
