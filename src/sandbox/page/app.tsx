import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { ChannelPane } from './channel-pane.tsx';
import { AppMark } from './icons.tsx';
import { LiveRegion } from './live-region.tsx';
import { ModalStack } from './modal.tsx';
import { Notices } from './notices.tsx';
import { unreadCount } from './page-state.ts';
import type { PageState } from './page-types.ts';
import { Rail } from './rail.tsx';
import { callServer, type LoadOlder, useWorkspace } from './server-calls.ts';
import { ThreadPane } from './thread-pane.tsx';
import { TopBar } from './top-bar.tsx';
import { TracePanel } from './trace-panel.tsx';
import { FIRST_PERSON, type Location, usePlace, useTheme } from './use-place.ts';
import { WorkspaceContext, type WorkspaceView } from './workspace-context.ts';

/** Wide enough for the side panel beside a channel. */
const PANEL_FROM_PX = 1180;

/** The direct message of another person is not this person's: their own takes its place. */
const channelFor = (state: PageState, wanted: string) =>
  state.channels.find((channel) => channel.id === wanted) ??
  (wanted.startsWith('D') ? state.channels.find((channel) => channel.kind === 'im') : undefined) ??
  state.channels[0];

/** Tells the app when a person opens one of its tabs. */
const useOpenedApp = (state: PageState, direct: boolean, tab: Location['tab']): void => {
  useEffect(() => {
    if (direct) void callServer('open', { as: state.me, tab });
  }, [direct, tab, state.me]);
};

/** Channel and unread messages in the tab's title. */
const useTitle = (state: PageState, channelId: string): void => {
  const channel = state.channels.find((other) => other.id === channelId);
  const name = channel?.kind === 'channel' ? `#${channel.name}` : 'Countersign';
  const unread = state.channels.reduce(
    (sum, other) => sum + (other.id === channelId ? 0 : unreadCount(state, other.id)),
    0,
  );
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${name} · ${state.team.name}`;
  }, [name, unread, state.team.name]);
};

type ShellProps = {
  readonly state: PageState;
  readonly connected: boolean;
  readonly loadOlder: LoadOlder;
  readonly location: Location;
  readonly go: (change: Partial<Location>) => void;
};

const Panes = (props: ShellProps & { readonly panelOpen: boolean; readonly onClosePanel: () => void }): ReactNode => {
  const { state, location, go } = props;
  const channel = channelFor(state, location.channel);
  useOpenedApp(state, channel?.kind === 'im', location.tab);
  if (!channel) return null;
  const place = { ...location, channel: channel.id };
  return (
    <div className="panes">
      <ChannelPane
        state={state}
        channel={channel}
        place={place}
        target={location.message}
        loadOlder={props.loadOlder}
        onPlace={go}
      />
      {location.thread && (
        <ThreadPane state={state} channel={channel} threadTs={location.thread} onClose={() => go({ thread: null })} />
      )}
      {props.panelOpen && <TracePanel state={state} onClose={props.onClosePanel} />}
      <LiveRegion state={state} channel={channel.id} />
    </div>
  );
};

const Shell = (props: ShellProps): ReactNode => {
  const { state, location, go } = props;
  const { theme, toggle } = useTheme();
  const [panelOpen, setPanelOpen] = useState(() => window.innerWidth >= PANEL_FROM_PX);
  const [railOpen, setRailOpen] = useState(false);
  const view = useMemo<WorkspaceView>(
    () => ({
      users: state.users,
      channels: state.channels,
      me: state.me,
      theme,
      goTo: (channel) => go({ channel, thread: null, tab: 'messages' }),
    }),
    [state.users, state.channels, state.me, theme, go],
  );
  const current = channelFor(state, location.channel)?.id ?? '';
  useTitle(state, current);
  return (
    <WorkspaceContext value={view}>
      <a className="skip-link" href="#content">
        Skip to the messages
      </a>
      <TopBar
        state={state}
        theme={theme}
        panelOpen={panelOpen}
        onMenu={() => setRailOpen(!railOpen)}
        onActAs={(as) => go({ as, thread: null })}
        onTheme={toggle}
        onPanel={() => setPanelOpen(!panelOpen)}
      />
      {!props.connected && (
        <div className="banner" role="status">
          The connection to Countersign is lost. Trying again.
        </div>
      )}
      <div className="body">
        <Rail
          state={state}
          place={{ ...location, channel: current }}
          open={railOpen}
          onGo={(channel) => {
            setRailOpen(false);
            go({ channel, thread: null });
          }}
        />
        {railOpen && (
          <button type="button" className="scrim" aria-label="Close the channels" onClick={() => setRailOpen(false)} />
        )}
        <Panes {...props} panelOpen={panelOpen} onClosePanel={() => setPanelOpen(false)} />
      </div>
      <ModalStack views={state.views} me={state.me} />
    </WorkspaceContext>
  );
};

/** The whole page. */
export const App = (): ReactNode => {
  const { location, go } = usePlace();
  const unknown = useCallback(() => go({ as: FIRST_PERSON, thread: null }), [go]);
  const { state, connected, loadOlder } = useWorkspace(location.as, unknown);
  return (
    <Notices>
      {state ? (
        <Shell state={state} connected={connected} loadOlder={loadOlder} location={location} go={go} />
      ) : (
        <div className="loading" role="status">
          <AppMark size={56} />
          <p>Opening the workspace</p>
        </div>
      )}
    </Notices>
  );
};
