import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Icon } from './icons.tsx';
import { Popup } from './popup.tsx';

/** One choice of a picker. */
export type PickerOption = {
  readonly value: string;
  readonly label: string;
  readonly detail?: string;
  readonly group?: string;
  /** Shown before the label, an avatar for instance. */
  readonly mark?: ReactNode;
};

type PickerProps = {
  readonly id?: string;
  /** Words for those who do not see where it stands. */
  readonly label: string;
  readonly options: readonly PickerOption[];
  readonly chosen: readonly string[];
  readonly multi?: boolean;
  readonly placeholder?: string;
  readonly invalid?: boolean;
  readonly describedBy?: string;
  readonly className?: string;
  readonly onChange: (chosen: readonly string[]) => void;
};

const matching = (options: readonly PickerOption[], filter: string): readonly PickerOption[] => {
  const wanted = filter.trim().toLowerCase();
  return wanted === ''
    ? options
    : options.filter((option) => `${option.label} ${option.detail ?? ''}`.toLowerCase().includes(wanted));
};

const Choices = (props: {
  readonly listId: string;
  readonly shown: readonly PickerOption[];
  readonly active: number;
  readonly chosen: readonly string[];
  readonly multi: boolean;
  readonly label: string;
  readonly onPick: (option: PickerOption) => void;
}): ReactNode => {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.querySelector(`[data-index="${props.active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [props.active]);
  return (
    <div
      ref={list}
      id={props.listId}
      role="listbox"
      aria-label={props.label}
      aria-multiselectable={props.multi}
      className="choices"
    >
      {props.shown.length === 0 && <div className="choices-none">No match</div>}
      {props.shown.map((option, i) => {
        const picked = props.chosen.includes(option.value);
        return (
          <div key={option.value}>
            {option.group && option.group !== props.shown[i - 1]?.group && (
              <div className="choices-group">{option.group}</div>
            )}
            {/* Keys are handled by the filter box, which names this option as its active descendant. */}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: see above */}
            <div
              id={`${props.listId}-${i}`}
              role="option"
              tabIndex={-1}
              data-index={i}
              aria-selected={picked}
              className={`choice ${i === props.active ? 'choice-active' : ''}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => props.onPick(option)}
            >
              {option.mark}
              <span className="choice-label">
                {option.label}
                {option.detail && <span className="choice-detail">{option.detail}</span>}
              </span>
              {picked && <Icon name="check" size={16} />}
            </div>
          </div>
        );
      })}
    </div>
  );
};

const PickerPopup = (props: PickerProps & { readonly listId: string; readonly onDone: () => void }): ReactNode => {
  const [filter, setFilter] = useState('');
  const shown = matching(props.options, filter);
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      props.options.findIndex((o) => props.chosen.includes(o.value)),
    ),
  );
  const pick = (option: PickerOption): void => {
    if (!props.multi) {
      props.onChange([option.value]);
      props.onDone();
      return;
    }
    const rest = props.chosen.filter((value) => value !== option.value);
    props.onChange(rest.length === props.chosen.length ? [...rest, option.value] : rest);
  };
  const onKey = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const option = shown[active];
    if (step) setActive((current) => Math.min(shown.length - 1, Math.max(0, current + step)));
    else if (event.key === 'Enter' && option) pick(option);
    else if (event.key === 'Tab') props.onDone();
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: the popup opened because its owner asked for it
        autoFocus
        type="text"
        role="combobox"
        className="choices-filter"
        aria-label={`Search ${props.label}`}
        aria-expanded="true"
        aria-controls={props.listId}
        aria-activedescendant={`${props.listId}-${active}`}
        placeholder="Search"
        value={filter}
        onChange={(event) => {
          setFilter(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKey}
      />
      <Choices {...props} multi={props.multi === true} shown={shown} active={active} onPick={pick} />
    </>
  );
};

/** A select menu like Slack's: a button that opens a searchable list; several choices become chips. */
export const Picker = (props: PickerProps): ReactNode => {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const listId = useId();
  const chosen = props.options.filter((option) => props.chosen.includes(option.value));
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  const labels = chosen.map((option) => option.label).join(', ');
  return (
    <span className={`picker ${props.className ?? ''}`}>
      <button
        ref={button}
        id={props.id}
        type="button"
        className="picker-button"
        aria-haspopup="listbox"
        aria-expanded={open}
        aria-invalid={props.invalid}
        aria-describedby={props.describedBy}
        aria-label={`${props.label}: ${labels || (props.placeholder ?? 'nothing chosen')}`}
        onClick={() => setOpen((was) => !was)}
      >
        {chosen.length === 0 && <span className="picker-empty">{props.placeholder ?? 'Choose an option'}</span>}
        {props.multi
          ? chosen.map((option) => (
              <span key={option.value} className="chip">
                {option.label}
              </span>
            ))
          : chosen.map((option) => (
              <span key={option.value} className="picker-chosen">
                {option.mark}
                {option.label}
              </span>
            ))}
        <Icon name="caret" size={16} />
      </button>
      {open && (
        <Popup anchor={button} onClose={() => setOpen(false)} className="popup-choices">
          <PickerPopup {...props} listId={listId} onDone={close} />
        </Popup>
      )}
    </span>
  );
};
