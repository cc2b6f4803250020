import { type ReactNode, useRef, useState } from 'react';
import { DateField, Select, Ticks } from './choice-fields.tsx';
import { type BlockElement, type ElementProps, optionsOf, useConfirm, useElement } from './element-state.tsx';
import { Icon } from './icons.tsx';
import { safeHref } from './mrkdwn.ts';
import { plainText } from './mrkdwn-view.tsx';
import { Popup } from './popup.tsx';

const Button = ({ element, blockId }: ElementProps): ReactNode => {
  const { act, busy } = useElement(element, blockId, true);
  const { ask, dialog } = useConfirm(element);
  const style = element['style'];
  const href = typeof element['url'] === 'string' ? safeHref(element['url']) : null;
  const label = element['accessibility_label'];
  const className = `button ${style === 'primary' || style === 'danger' ? `button-${style}` : ''}`;
  const press = (): void =>
    ask(() => {
      if (href) window.open(href, '_blank', 'noopener,noreferrer');
      act(null);
    });
  return (
    <>
      <button
        type="button"
        className={className}
        aria-label={typeof label === 'string' ? label : undefined}
        aria-busy={busy}
        disabled={busy}
        onClick={press}
      >
        {busy && <span className="spinner" />}
        {plainText(element['text'])}
      </button>
      {dialog}
    </>
  );
};

const Overflow = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  const { ask, dialog } = useConfirm(element);
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button button-icon"
        aria-label="More options"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <Popup anchor={button} align="end" onClose={() => setOpen(false)} className="popup-menu">
          <div role="menu">
            {optionsOf(element['options']).map((option, i) => (
              <button
                key={option.value}
                type="button"
                role="menuitem"
                // biome-ignore lint/a11y/noAutofocus: a menu that was opened takes the focus
                autoFocus={i === 0}
                className="menu-item"
                onClick={() => {
                  setOpen(false);
                  ask(() => act(option.value ?? null));
                }}
              >
                {plainText(option.text)}
              </button>
            ))}
          </div>
        </Popup>
      )}
      {dialog}
    </>
  );
};

/** Thumbs under an answer. */
const Feedback = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  const [given, setGiven] = useState<string | null>(null);
  return (['positive_button', 'negative_button'] as const).map((name) => {
    const button = element[name] as BlockElement | undefined;
    const value = String(button?.['value'] ?? '');
    return (
      <button
        key={name}
        type="button"
        className="button button-quiet"
        aria-pressed={given === value}
        onClick={() => {
          setGiven(value);
          act(value);
        }}
      >
        <Icon name={name === 'positive_button' ? 'up' : 'down'} size={15} />
        {plainText(button?.['text'])}
      </button>
    );
  });
};

const IconButton = ({ element, blockId }: ElementProps): ReactNode => {
  const { act } = useElement(element, blockId, true);
  return (
    <button type="button" className="button button-quiet" onClick={() => act(null)}>
      {plainText(element['text'])}
    </button>
  );
};

/** An element of an actions block, a section's accessory or a context_actions block. */
export const ActionElement = ({ element, blockId }: ElementProps): ReactNode => {
  const type = String(element['type']);
  if (type === 'button' || type === 'workflow_button') return <Button element={element} blockId={blockId} />;
  if (type === 'overflow') return <Overflow element={element} blockId={blockId} />;
  if (type === 'feedback_buttons') return <Feedback element={element} blockId={blockId} />;
  if (type === 'icon_button') return <IconButton element={element} blockId={blockId} />;
  const label = plainText(element['placeholder']) || 'Choose';
  const field = { element, blockId, dispatch: true, label };
  if (type.endsWith('select')) return <Select {...field} />;
  if (type === 'radio_buttons' || type === 'checkboxes') return <Ticks {...field} />;
  if (type === 'datepicker' || type === 'timepicker') return <DateField {...field} />;
  return null;
};
