import { type ReactNode, useRef, useState } from 'react';
import { Avatar } from './avatar.tsx';
import { AppMark, Icon } from './icons.tsx';
import type { PageState } from './page-types.ts';
import { Popup } from './popup.tsx';

type TopBarProps = {
  readonly state: PageState;
  readonly theme: 'light' | 'dark';
  readonly panelOpen: boolean;
  readonly onMenu: () => void;
  readonly onActAs: (user: string) => void;
  readonly onTheme: () => void;
  readonly onPanel: () => void;
};

const People = (props: { readonly state: PageState; readonly onPick: (user: string) => void }): ReactNode => (
  <div role="menu" aria-label="Act as">
    <p className="popup-head">Act as</p>
    {props.state.people.map((id) => {
      const user = props.state.users.get(id);
      const me = id === props.state.me;
      return (
        <button
          key={id}
          type="button"
          role="menuitemradio"
          aria-checked={me}
          // biome-ignore lint/a11y/noAutofocus: a menu that was opened takes the focus
          autoFocus={me}
          className="menu-item person-item"
          data-user={id}
          onClick={() => props.onPick(id)}
        >
          <Avatar user={user} size={32} />
          <span className="person-words">
            <span className="person-name">{user?.real_name}</span>
            <span className="faint">{user?.title}</span>
          </span>
          {me && <Icon name="check" size={16} />}
        </button>
      );
    })}
  </div>
);

/** Moves the focus through a menu with the arrow keys. */
const arrowKeys = (event: React.KeyboardEvent<HTMLElement>): void => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  items[(at + step + items.length) % items.length]?.focus();
  event.preventDefault();
};

const ActingAs = ({
  state,
  onActAs,
}: {
  readonly state: PageState;
  readonly onActAs: (user: string) => void;
}): ReactNode => {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const user = state.users.get(state.me);
  return (
    <>
      <button
        ref={button}
        type="button"
        className="acting-as"
        data-acting-as={state.me}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-label={`Acting as ${user?.real_name ?? ''}, ${user?.title ?? ''}. Change person`}
        onClick={() => setOpen(!open)}
      >
        <Avatar user={user} size={26} />
        <span className="acting-words">
          <span className="acting-label">Acting as</span>
          <span className="acting-name">{user?.real_name}</span>
          <span className="acting-title">{user?.title}</span>
        </span>
        <Icon name="caret" size={16} />
      </button>
      {open && (
        <Popup anchor={button} align="end" className="popup-menu popup-people" onClose={() => setOpen(false)}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: the menu inside has the role, this only hears its keys */}
          <div onKeyDown={arrowKeys}>
            <People
              state={state}
              onPick={(id) => {
                setOpen(false);
                button.current?.focus();
                onActAs(id);
              }}
            />
          </div>
        </Popup>
      )}
    </>
  );
};

/** Workspace name, the person acted as, theme and side panel. */
export const TopBar = (props: TopBarProps): ReactNode => (
  <header className="top-bar">
    <button type="button" className="icon-button only-narrow" aria-label="Channels" onClick={props.onMenu}>
      <Icon name="menu" />
    </button>
    <span className="workspace">
      <AppMark size={26} />
      <span className="workspace-name">{props.state.team.name}</span>
    </span>
    <span className="top-space" />
    <ActingAs state={props.state} onActAs={props.onActAs} />
    <button
      type="button"
      className="icon-button"
      aria-label={props.theme === 'dark' ? 'Light theme' : 'Dark theme'}
      title={props.theme === 'dark' ? 'Light theme' : 'Dark theme'}
      onClick={props.onTheme}
    >
      <Icon name={props.theme === 'dark' ? 'sun' : 'moon'} />
    </button>
    <button
      type="button"
      className="icon-button"
      aria-label="What just happened"
      title="What just happened"
      aria-pressed={props.panelOpen}
      onClick={props.onPanel}
    >
      <Icon name="pulse" />
    </button>
  </header>
);
