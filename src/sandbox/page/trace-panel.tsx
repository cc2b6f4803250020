import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';
import type { PageState, TraceAck, TraceCall, TraceEntry } from './page-types.ts';

const KINDS: Readonly<Record<TraceEntry['kind'], readonly [IconName, string]>> = {
  event: ['thread', 'Event'],
  command: ['slash', 'Command'],
  interaction: ['bolt', 'Interaction'],
  background: ['pulse', 'Background'],
};

const OUTCOMES: Readonly<Record<TraceAck['outcome'], string>> = {
  ok: 'acknowledged',
  refused: 'refused',
  timeout: 'no answer in 3 s',
  unreachable: 'not reached',
};

const Ack = ({ ack }: { readonly ack: TraceAck }): ReactNode => (
  <li className={`ack ${ack.outcome === 'ok' ? 'ack-ok' : 'ack-bad'}`}>
    <Icon name={ack.outcome === 'ok' ? 'check' : 'warn'} size={14} />
    <span>
      {ack.attempt > 1 && `Retry ${ack.attempt - 1}: `}
      {OUTCOMES[ack.outcome]}
      {ack.status !== null && ack.outcome !== 'ok' && ` (HTTP ${ack.status})`} in {ack.ms} ms
      {ack.said !== '' && `, ${ack.said}`}
    </span>
  </li>
);

const Call = ({ call }: { readonly call: TraceCall }): ReactNode => (
  <li className={call.ok ? 'api-call' : 'api-call api-call-bad'}>
    <code>{call.method}</code>
    {call.target !== '' && <span className="api-target">{call.target}</span>}
    <span className="faint">{call.ok ? `${call.ms} ms` : (call.error ?? 'failed')}</span>
    {call.evidence !== null && (
      <span className="evidence">
        <Icon name="seal" size={14} /> Evidence entry {call.evidence}
      </span>
    )}
  </li>
);

const Entry = ({ entry, state }: { readonly entry: TraceEntry; readonly state: PageState }): ReactNode => {
  const [icon, kind] = KINDS[entry.kind];
  const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(entry.at);
  const waiting = entry.kind !== 'background' && entry.acks.length === 0;
  return (
    <li className="trace-entry">
      <div className="trace-head">
        <span className={`trace-mark trace-${entry.kind}`}>
          <Icon name={icon} size={15} />
        </span>
        <span className="trace-name">
          <strong>{entry.name}</strong>
          <span className="faint">
            {kind}
            {entry.user !== '' && ` by ${state.users.get(entry.user)?.real_name ?? entry.user}`} · {time}
          </span>
        </span>
      </div>
      {entry.ref !== '' && <code className="trace-ref">{entry.ref}</code>}
      <ul className="trace-lines">
        {waiting && <li className="ack faint">Waiting for the acknowledgement</li>}
        {entry.acks.map((ack) => (
          <Ack key={ack.attempt} ack={ack} />
        ))}
        {entry.calls.map((call, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: calls are only ever added at the end
          <Call key={`${call.method} ${i}`} call={call} />
        ))}
      </ul>
    </li>
  );
};

/** What the workspace sent to the app, how fast the app acknowledged it and what it called afterwards. */
export const TracePanel = ({
  state,
  onClose,
}: {
  readonly state: PageState;
  readonly onClose: () => void;
}): ReactNode => {
  const entries = [...state.trace.values()].sort((a, b) => b.id - a.id).slice(0, 40);
  return (
    <aside className="trace" aria-label="What just happened">
      <header className="pane-head">
        <div>
          <h2 className="pane-title">What just happened</h2>
          <p className="pane-sub">Sent to the app, acknowledged, called back</p>
        </div>
        <button type="button" className="icon-button" aria-label="Close the panel" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {entries.length === 0 ? (
        <p className="empty">Nothing yet. Write a message or use a command, and each step shows up here.</p>
      ) : (
        <ol className="trace-list">
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} state={state} />
          ))}
        </ol>
      )}
    </aside>
  );
};
