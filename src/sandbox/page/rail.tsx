import type { ReactNode } from 'react';
import { AppMark, Icon } from './icons.tsx';
import { unreadCount } from './page-state.ts';
import type { PageState, Place, SandboxChannel } from './page-types.ts';

type RailProps = {
  readonly state: PageState;
  readonly place: Place;
  readonly open: boolean;
  readonly onGo: (channel: string) => void;
};

const RailItem = (props: {
  readonly channel: SandboxChannel;
  readonly current: boolean;
  readonly unread: number;
  readonly onGo: (channel: string) => void;
}): ReactNode => {
  const { channel, current, unread } = props;
  const direct = channel.kind !== 'channel';
  const name = channel.kind === 'im' ? 'Countersign' : channel.name;
  const classes = ['rail-item', current ? 'rail-current' : '', unread > 0 && !current ? 'rail-unread' : ''];
  return (
    <li>
      <button
        type="button"
        className={classes.join(' ')}
        aria-current={current ? 'page' : undefined}
        data-channel={channel.id}
        onClick={() => props.onGo(channel.id)}
      >
        {direct ? <AppMark size={20} /> : <Icon name="hash" size={16} />}
        <span className="rail-name">{name}</span>
        {unread > 0 && !current && (
          <span className={direct ? 'rail-count' : 'rail-count rail-count-quiet'} title={`${unread} unread`}>
            {unread > 99 ? '99+' : unread}
            <span className="hidden-text"> unread</span>
          </span>
        )}
      </button>
    </li>
  );
};

/** Channels and the direct message with the app. A drawer on narrow screens. */
export const Rail = ({ state, place, open, onGo }: RailProps): ReactNode => {
  const items = (kinds: readonly SandboxChannel['kind'][]): ReactNode =>
    state.channels
      .filter((channel) => kinds.includes(channel.kind))
      .map((channel) => (
        <RailItem
          key={channel.id}
          channel={channel}
          current={channel.id === place.channel}
          unread={unreadCount(state, channel.id)}
          onGo={onGo}
        />
      ));
  return (
    <nav className={open ? 'rail rail-open' : 'rail'} aria-label="Channels and messages">
      <h2 className="rail-title">Channels</h2>
      <ul>{items(['channel'])}</ul>
      <h2 className="rail-title">Apps</h2>
      <ul>{items(['im', 'mpim'])}</ul>
      <p className="rail-note">
        Everything here happens on this machine. The app behind it is the real one: it talks to this workspace as it
        would talk to Slack.
      </p>
    </nav>
  );
};
