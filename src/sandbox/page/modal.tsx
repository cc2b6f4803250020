import { type ReactNode, useMemo, useState } from 'react';
import { Blocks } from './blocks.tsx';
import { Dialog } from './dialog.tsx';
import { AppMark, Icon } from './icons.tsx';
import { InteractionContext } from './interaction-context.ts';
import { plainText } from './mrkdwn-view.tsx';
import type { SandboxView } from './page-types.ts';
import { callServer } from './server-calls.ts';
import { allValues, useInteractionHost } from './use-interaction-host.ts';

/** The first field's block: when a loading view becomes a form, the focus goes there. */
const firstInput = (view: SandboxView): string => view.blocks.find((block) => block.type === 'input')?.block_id ?? '';

type ViewProps = { readonly view: SandboxView; readonly me: string; readonly depth: number };

const Foot = (props: {
  readonly view: SandboxView;
  readonly sending: boolean;
  readonly problem: string;
  readonly onClose: () => void;
}): ReactNode => (
  <div className="dialog-foot">
    {props.problem !== '' && (
      <span className="dialog-problem" role="alert">
        <Icon name="warn" size={15} /> {props.problem}
      </span>
    )}
    <button type="button" className="button" onClick={props.onClose}>
      {plainText(props.view.close) || (props.view.submit ? 'Cancel' : 'Close')}
    </button>
    {props.view.submit && (
      <button type="submit" className="button button-primary" disabled={props.sending} aria-busy={props.sending}>
        {props.sending && <span className="spinner" />}
        {plainText(props.view.submit)}
      </button>
    )}
  </div>
);

/** One modal. It stays mounted while another lies on top, so that what was typed in it stays. */
const ModalView = ({ view, me, depth, top }: ViewProps & { readonly top: boolean }): ReactNode => {
  const container = useMemo(() => ({ type: 'view' as const, view_id: view.id }), [view.id]);
  const { interaction, setErrors } = useInteractionHost(me, container, view.blocks);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState({ text: '', ofFields: false });
  const close = (): void => void callServer('view', { as: me, view_id: view.id, do: 'close' });
  const submit = async (): Promise<void> => {
    if (sending) return;
    setSending(true);
    setProblem({ text: '', ofFields: false });
    const values = allValues(view.blocks, interaction.values);
    const result = await callServer('view', { as: me, view_id: view.id, do: 'submit', values });
    setSending(false);
    if (result.ok) return;
    setErrors(result.errors ?? {});
    setProblem({ text: result.message ?? 'That did not work.', ofFields: result.errors !== undefined });
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('.input-wrong .field, .input-wrong button, .input-wrong input')?.focus(),
    );
  };
  if (!top) return null;
  // What is said of the fields goes with the last of them that was mended.
  const isMended =
    problem.ofFields && view.blocks.every(({ block_id: id }) => id === undefined || !(id in interaction.errors));
  const title = plainText(view.title) || 'Countersign';
  return (
    <Dialog label={title} focusKey={`${view.id} ${firstInput(view)}`} onClose={close}>
      <form
        className="dialog-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header className="dialog-head">
          <AppMark size={28} />
          <h2 className="dialog-title">{title}</h2>
          {depth > 0 && <span className="faint">step {depth + 1}</span>}
          <button type="button" className="icon-button" aria-label="Close" onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <div className="dialog-body" data-view-id={view.id}>
          <InteractionContext value={interaction}>
            <Blocks blocks={view.blocks} />
          </InteractionContext>
        </div>
        <Foot view={view} sending={sending} problem={isMended ? '' : problem.text} onClose={close} />
      </form>
    </Dialog>
  );
};

/** The person's open modals; only the top one is shown. */
export const ModalStack = ({ views, me }: { readonly views: readonly SandboxView[]; readonly me: string }): ReactNode =>
  views.map((view, i) => <ModalView key={view.id} view={view} me={me} depth={i} top={i === views.length - 1} />);
