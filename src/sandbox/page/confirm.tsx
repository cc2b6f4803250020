import type { ReactNode } from 'react';
import { Dialog } from './dialog.tsx';
import { plainText, TextObject } from './mrkdwn-view.tsx';

/** Slack's confirm object. */
export type ConfirmText = {
  readonly title?: unknown;
  readonly text?: unknown;
  readonly confirm?: unknown;
  readonly deny?: unknown;
  readonly style?: string;
};

/** Asks before an action is sent. */
export const ConfirmDialog = (props: {
  readonly text: ConfirmText;
  readonly onAnswer: (yes: boolean) => void;
}): ReactNode => {
  const { text, onAnswer } = props;
  return (
    <Dialog
      label={plainText(text.title)}
      urgent={true}
      focusKey="confirm"
      className="dialog-small"
      onClose={() => onAnswer(false)}
    >
      <h2 className="dialog-title">{plainText(text.title)}</h2>
      <div className="dialog-text">
        <TextObject value={text.text} />
      </div>
      <div className="dialog-foot">
        <button type="button" className="button" onClick={() => onAnswer(false)}>
          {plainText(text.deny) || 'Cancel'}
        </button>
        <button
          type="button"
          data-autofocus=""
          className={`button ${text.style === 'danger' ? 'button-danger' : 'button-primary'}`}
          onClick={() => onAnswer(true)}
        >
          {plainText(text.confirm) || 'OK'}
        </button>
      </div>
    </Dialog>
  );
};
