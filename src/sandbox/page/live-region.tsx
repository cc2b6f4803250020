import { type ReactNode, useEffect, useRef, useState } from 'react';
import { spokenText } from './mrkdwn-view.tsx';
import type { PageState, SandboxMessage } from './page-types.ts';
import { useWorkspaceView } from './workspace-context.ts';

const SPOKEN_MAX = 300;

const newestOf = (state: PageState, channel: string): SandboxMessage | undefined => {
  let newest: SandboxMessage | undefined;
  for (const message of [...state.messages.values(), ...state.ephemerals.values()]) {
    if (message.channel === channel && Number(message.ts) > Number(newest?.ts ?? '0')) newest = message;
  }
  return newest;
};

/** Says messages of others in the open channel to screen readers as they arrive. */
export const LiveRegion = ({ state, channel }: { readonly state: PageState; readonly channel: string }): ReactNode => {
  const view = useWorkspaceView();
  const place = `${state.me} ${channel}`;
  const seen = useRef<{ place: string; ts: string }>({ place: '', ts: '0' });
  const [spoken, setSpoken] = useState('');
  const newest = newestOf(state, channel);
  useEffect(() => {
    const first = seen.current.place !== place;
    const later = newest !== undefined && Number(newest.ts) > Number(seen.current.ts);
    seen.current = { place, ts: newest?.ts ?? '0' };
    if (first || !later || newest.user === state.me) return;
    const author = state.users.get(newest.user)?.real_name ?? '';
    setSpoken(`${author}: ${spokenText(newest.text, view).slice(0, SPOKEN_MAX)}`);
  }, [newest, place, state.me, state.users, view]);
  return (
    <div className="hidden-text" aria-live="polite">
      {spoken}
    </div>
  );
};
