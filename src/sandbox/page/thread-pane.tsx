import { type ReactNode, useMemo } from 'react';
import { Composer } from './composer.tsx';
import { Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import { threadMessages } from './page-state.ts';
import type { PageState, SandboxChannel } from './page-types.ts';

const NO_SUMMARIES = new Map();

/** A thread beside its channel. Escape closes it. */
export const ThreadPane = (props: {
  readonly state: PageState;
  readonly channel: SandboxChannel;
  readonly threadTs: string;
  readonly onClose: () => void;
}): ReactNode => {
  const { state, channel, threadTs } = props;
  const messages = useMemo(() => threadMessages(state, channel.id, threadTs), [state, channel.id, threadTs]);
  const name = channel.kind === 'im' ? 'Countersign' : `#${channel.name}`;
  return (
    <aside
      className="thread-pane"
      aria-label="Thread"
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onClose();
      }}
    >
      <header className="pane-head">
        <div>
          <h2 className="pane-title">Thread</h2>
          <p className="pane-sub">{name}</p>
        </div>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={props.onClose}>
          <Icon name="close" />
        </button>
      </header>
      <MessageList
        label="Messages of the thread"
        listKey={`${state.me} ${threadTs}`}
        messages={messages}
        summaries={NO_SUMMARIES}
        shortcuts={state.shortcuts}
        unreadAfter={null}
        me={state.me}
        onThread={null}
        status={state.status.get(`${channel.id} ${threadTs}`) ?? ''}
      />
      <div className="composer-area">
        <Composer
          key={`${state.me} ${threadTs}`}
          channel={channel.id}
          threadTs={threadTs}
          placeholder="Reply"
          commands={state.commands}
          shortcuts={[]}
          focused={true}
          onSent={() => undefined}
        />
      </div>
    </aside>
  );
};
