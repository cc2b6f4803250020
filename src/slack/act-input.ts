/** What the form of an act is drawn from. */
import type { SubmittedState } from '#src/approvals/types.ts';
import type { AboutRequest } from '#src/delivery/forms/about.ts';
import type { Act } from '#src/delivery/requests/acts.ts';
import type { RenderContext } from './blocks/card-view.ts';

export type ActModalInput = {
  readonly act: Act;
  readonly state: SubmittedState;
  readonly context: RenderContext;
  readonly person: string;
  readonly nonce: string;
  /** A file of the message from which it was opened. */
  readonly files: readonly string[];
};

/** With what every form of an act shows and carries. */
export type Drawn = ActModalInput & { readonly about: AboutRequest; readonly meta: string; readonly intro: string };
