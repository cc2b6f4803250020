import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';

const FOCUSABLE =
  'a[href],button:not([disabled]),input:not([disabled]),textarea:not([disabled]),select:not([disabled]),[tabindex="0"]';

const focusables = (root: HTMLElement): readonly HTMLElement[] =>
  [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.offsetParent !== null);

/** Keeps Tab inside the dialog. */
const trapTab = (event: KeyboardEvent, root: HTMLElement | null): void => {
  if (event.key !== 'Tab' || !root) return;
  const all = focusables(root);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  const other = event.shiftKey ? all.at(-1) : all[0];
  if (document.activeElement !== edge && root.contains(document.activeElement)) return;
  event.preventDefault();
  other?.focus();
};

/**
 * A modal dialog: takes the focus, keeps it, gives it back; Escape closes it. `focusKey` changes when the content is
 * another one, and the focus goes to its first field.
 */
export const Dialog = (props: {
  readonly label: string;
  readonly focusKey: string;
  readonly className?: string;
  /** Asks for a decision at once. */
  readonly urgent?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}): ReactNode => {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    return () => before?.focus?.();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the focus moves when the content is another one
  useEffect(() => {
    const first = box.current?.querySelector<HTMLElement>(
      '[data-autofocus],.dialog-body input,.dialog-body textarea,.dialog-body .picker-button',
    );
    (first ?? box.current)?.focus();
  }, [props.focusKey]);
  // An element that had the focus may have gone with an update: the focus must not fall to the page behind.
  useEffect(() => {
    if (document.activeElement === document.body) box.current?.focus();
  });
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: the backdrop only keeps keys from the page behind
    <div
      className="backdrop"
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') props.onClose();
        trapTab(event, box.current);
      }}
    >
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles are dialogs and take a label */}
      <div
        ref={box}
        role={props.urgent ? 'alertdialog' : 'dialog'}
        aria-modal="true"
        aria-label={props.label}
        tabIndex={-1}
        className={`dialog ${props.className ?? ''}`}
      >
        {props.children}
      </div>
    </div>,
    document.body,
  );
};
