import { type ReactNode, useRef, useState } from 'react';
import { Icon, type IconName } from './icons.tsx';
import { useNotify } from './notices.tsx';
import type { ShortcutHint } from './page-types.ts';
import { Popup } from './popup.tsx';
import { callServer } from './server-calls.ts';
import { useWorkspaceView } from './workspace-context.ts';

/** A menu of the app's shortcuts, for a message or for anywhere; nothing when there are none. */
export const ShortcutButton = (props: {
  readonly kind: ShortcutHint['type'];
  readonly icon: IconName;
  readonly label: string;
  readonly shortcuts: readonly ShortcutHint[];
  readonly message: { readonly channel: string; readonly ts: string } | null;
}): ReactNode => {
  const { me } = useWorkspaceView();
  const notify = useNotify();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const own = props.shortcuts.filter((shortcut) => shortcut.type === props.kind);
  if (own.length === 0) return null;
  const run = async (callbackId: string): Promise<void> => {
    setOpen(false);
    const result = await callServer('shortcut', { as: me, callback_id: callbackId, message: props.message });
    if (!result.ok) notify(result.message ?? 'That did not work.');
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={props.label}
        title={props.label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name={props.icon} size={props.kind === 'message' ? 16 : 18} />
      </button>
      {open && (
        <Popup
          anchor={button}
          align={props.kind === 'message' ? 'end' : 'start'}
          onClose={() => setOpen(false)}
          className="popup-menu"
        >
          <div role="menu" aria-label={props.label}>
            {own.map((shortcut, i) => (
              <button
                key={shortcut.callback_id}
                type="button"
                role="menuitem"
                // biome-ignore lint/a11y/noAutofocus: a menu that was opened takes the focus
                autoFocus={i === 0}
                className="menu-item"
                onClick={() => void run(shortcut.callback_id)}
              >
                {shortcut.name} <span className="faint">Countersign</span>
              </button>
            ))}
          </div>
        </Popup>
      )}
    </>
  );
};
