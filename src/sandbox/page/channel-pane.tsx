import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Composer } from './composer.tsx';
import { HomePane } from './home-pane.tsx';
import { AppMark, Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import { useNotify } from './notices.tsx';
import { channelMessages, newestTs, threadSummaries } from './page-state.ts';
import type { PageState, Place, SandboxChannel } from './page-types.ts';
import { callServer, type LoadOlder } from './server-calls.ts';

export type ChannelPaneProps = {
  readonly state: PageState;
  readonly channel: SandboxChannel;
  readonly place: Place;
  readonly target: string | null;
  readonly loadOlder: LoadOlder;
  readonly onPlace: (change: Partial<Place>) => void;
};

const Head = ({ state, channel, place, onPlace }: Omit<ChannelPaneProps, 'target' | 'loadOlder'>): ReactNode => {
  if (channel.kind === 'channel') {
    return (
      <header className="pane-head">
        <div>
          <h1 className="pane-title">
            <Icon name="hash" size={17} />
            {channel.name}
          </h1>
          <p className="pane-sub">{channel.topic}</p>
        </div>
        <span className="members" title="Members">
          {channel.members.filter((id) => !state.users.get(id)?.is_bot).length} people and Countersign
        </span>
      </header>
    );
  }
  const tab = (name: Place['tab'], words: string): ReactNode => (
    <button
      type="button"
      role="tab"
      aria-selected={place.tab === name}
      className="tab"
      onClick={() => onPlace({ tab: name, thread: null })}
    >
      {words}
    </button>
  );
  return (
    <header className="pane-head pane-head-tabs">
      <h1 className="pane-title">
        <AppMark size={22} />
        Countersign
        <span className="app-badge">APP</span>
      </h1>
      <div role="tablist" aria-label="Countersign" className="tabs">
        {tab('home', 'Home')}
        {tab('messages', 'Messages')}
      </div>
    </header>
  );
};

const Intro = ({ channel }: { readonly channel: SandboxChannel }): ReactNode => (
  <div className="intro">
    {channel.kind === 'channel' ? <span className="intro-mark">#</span> : <AppMark size={52} />}
    <h2>{channel.kind === 'channel' ? `#${channel.name}` : 'Countersign'}</h2>
    <p>
      {channel.kind === 'channel'
        ? channel.topic
        : 'Ask about AI policy, controls and who owns what; or type / to ask for a deployment or an exception.'}
    </p>
  </div>
);

const Older = ({ onLoad }: { readonly onLoad: () => Promise<void> }): ReactNode => (
  <div className="older">
    <button type="button" className="button" onClick={() => void onLoad()}>
      Show older messages
    </button>
  </div>
);

const Prompts = ({ state, channel }: { readonly state: PageState; readonly channel: string }): ReactNode => {
  const notify = useNotify();
  const prompts = state.prompts[channel];
  if (!prompts) return null;
  const ask = async (text: string): Promise<void> => {
    const result = await callServer('message', { as: state.me, channel, text, client_msg_id: crypto.randomUUID() });
    if (!result.ok) notify(result.message ?? 'The message was not sent.');
  };
  return (
    <div className="prompts">
      {prompts.title !== '' && <span className="faint">{prompts.title}</span>}
      {prompts.prompts.map((prompt) => (
        <button key={prompt.title} type="button" className="prompt" onClick={() => void ask(prompt.message)}>
          {prompt.title}
        </button>
      ))}
    </div>
  );
};

/** Where the reader was when the channel was opened, and marks it read as it is looked at. */
const useReading = (
  state: PageState,
  channel: string,
): { readonly unreadAfter: string | null; readonly sent: () => void } => {
  const opened = useRef<{ key: string; after: string | null }>({ key: '', after: null });
  const [, redraw] = useState(0);
  const key = `${state.me} ${channel}`;
  if (opened.current.key !== key) opened.current = { key, after: state.reads[channel] ?? '0' };
  const newest = newestTs(state, channel);
  const read = state.reads[channel] ?? '0';
  useEffect(() => {
    const mark = (): void => {
      if (newest === null || Number(newest) <= Number(read) || document.hidden) return;
      void callServer('read', { as: state.me, channel, ts: newest });
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [newest, read, state.me, channel]);
  return {
    // A workspace seen for the first time has no "New": all of it is.
    unreadAfter: opened.current.after === '0' ? null : opened.current.after,
    sent: () => {
      opened.current = { key, after: null };
      redraw((n) => n + 1);
    },
  };
};

const Conversation = ({ state, channel, target, loadOlder, onPlace }: ChannelPaneProps): ReactNode => {
  const { messages: all, ephemerals } = state;
  const messages = useMemo(
    () => channelMessages({ messages: all, ephemerals }, channel.id),
    [all, ephemerals, channel.id],
  );
  const summaries = useMemo(() => threadSummaries({ messages: all }, channel.id), [all, channel.id]);
  const openThread = useCallback((thread: string) => onPlace({ thread }), [onPlace]);
  const reading = useReading(state, channel.id);
  const name = channel.kind === 'im' ? 'Countersign' : `#${channel.name}`;
  return (
    <>
      <MessageList
        label={`Messages in ${name}`}
        listKey={`${state.me} ${channel.id}`}
        messages={messages}
        summaries={summaries}
        shortcuts={state.shortcuts}
        unreadAfter={reading.unreadAfter}
        me={state.me}
        onThread={openThread}
        intro={
          state.more.includes(channel.id) ? (
            <Older onLoad={() => loadOlder(channel.id, messages[0]?.ts ?? '0')} />
          ) : (
            <Intro channel={channel} />
          )
        }
        status={state.status.get(`${channel.id} `) ?? ''}
        target={target}
      />
      <div className="composer-area">
        {channel.kind === 'im' && <Prompts state={state} channel={channel.id} />}
        <Composer
          key={`${state.me} ${channel.id}`}
          channel={channel.id}
          threadTs={null}
          placeholder={`Message ${name}`}
          commands={state.commands}
          shortcuts={state.shortcuts}
          focused={!('ontouchstart' in window)}
          onSent={reading.sent}
        />
      </div>
    </>
  );
};

/** The middle of the page: a channel, or the app's tabs. */
export const ChannelPane = (props: ChannelPaneProps): ReactNode => {
  const { state, channel, place } = props;
  const home = channel.kind === 'im' && place.tab === 'home';
  return (
    <main className="pane" id="content">
      <Head {...props} />
      {home ? <HomePane view={state.home} me={state.me} /> : <Conversation {...props} />}
    </main>
  );
};
