import { useCallback, useEffect, useState } from 'react';
import { applyChange, stateFrom, withOlder } from './page-state.ts';
import type { PageState, SandboxFile, SandboxMessage, StateAnswer, StreamChange } from './page-types.ts';

/** What a page call answers. */
export type CallResult = {
  readonly ok: boolean;
  readonly message?: string;
  readonly errors?: Readonly<Record<string, string>>;
  readonly cut?: boolean;
};

/** Posts a page call. Never throws: a server that is gone is an answer too. */
export const callServer = async (path: string, body: Record<string, unknown>): Promise<CallResult> => {
  try {
    const response = await fetch(`/sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as CallResult;
  } catch {
    return { ok: false, message: 'The server does not answer. Is Countersign still running?' };
  }
};

/** What became of an upload: the file as the workspace keeps it, or a sentence why not. */
export type Uploaded =
  | { readonly ok: true; readonly file: SandboxFile }
  | { readonly ok: false; readonly message?: string };

/** Uploads one file as a person. Never throws. */
export const uploadFile = async (as: string, file: File): Promise<Uploaded> => {
  try {
    const response = await fetch(`/sandbox/upload?${new URLSearchParams({ as, name: file.name })}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: file,
    });
    return (await response.json()) as Uploaded;
  } catch {
    return { ok: false, message: 'The server does not answer. Is Countersign still running?' };
  }
};

/** A hidden page lets go of its stream after this long: browsers allow only six connections to one server. */
const HIDDEN_MS = 30_000;

type Listener = {
  readonly onState: (answer: StateAnswer, missed: readonly StreamChange[]) => void;
  readonly onChange: (change: StreamChange) => void;
  readonly onLost: () => void;
  /** There is no such person. */
  readonly onUnknown: () => void;
};

/** Reads the state at each opening of the stream, then hands on every change. Returns how to stop. */
const follow = (as: string, listener: Listener): (() => void) => {
  let over = false;
  let loaded = false;
  let waiting: StreamChange[] = [];
  const query = `as=${encodeURIComponent(as)}`;
  const source = new EventSource(`/sandbox/stream?${query}`);
  const load = async (): Promise<void> => {
    loaded = false;
    const response = await fetch(`/sandbox/state?${query}`);
    if (!response.ok) throw new Error(`state: HTTP ${response.status}`);
    const answer = (await response.json()) as StateAnswer;
    if (over) return;
    loaded = true;
    listener.onState(answer, waiting);
    waiting = [];
  };
  // "hello" opens each connection, the first and those after a break: what was missed is in the state.
  source.addEventListener('hello', () => {
    load().catch(listener.onLost);
  });
  source.addEventListener('change', (event) => {
    const change = JSON.parse((event as MessageEvent<string>).data) as StreamChange;
    if (loaded) listener.onChange(change);
    else waiting.push(change);
  });
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return listener.onLost();
    fetch(`/sandbox/state?${query}`)
      .then((response) => (response.status === 400 ? listener.onUnknown() : listener.onLost()))
      .catch(listener.onLost);
  });
  return () => {
    over = true;
    source.close();
  };
};

/** Fetches the messages of a channel before a ts. */
export type LoadOlder = (channel: string, before: string) => Promise<void>;

/**
 * The workspace as one person sees it. While another person's is on its way, the former stays. `onUnknown` is called
 * when there is no such person.
 */
export const useWorkspace = (
  as: string,
  onUnknown: () => void,
): { readonly state: PageState | null; readonly connected: boolean; readonly loadOlder: LoadOlder } => {
  const [state, setState] = useState<PageState | null>(null);
  const [connected, setConnected] = useState(true);
  const [hidden, setHidden] = useState(false);
  useEffect(() => {
    let timer: number | undefined;
    const changed = (): void => {
      window.clearTimeout(timer);
      if (document.hidden) timer = window.setTimeout(() => setHidden(true), HIDDEN_MS);
      else setHidden(false);
    };
    document.addEventListener('visibilitychange', changed);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', changed);
    };
  }, []);
  useEffect(() => {
    if (hidden) return;
    return follow(as, {
      onState: (answer, missed) => {
        setState(missed.reduce(applyChange, stateFrom(answer)));
        setConnected(true);
      },
      onChange: (change) => setState((current) => (current ? applyChange(current, change) : current)),
      onLost: () => setConnected(false),
      onUnknown,
    });
  }, [as, hidden, onUnknown]);
  const loadOlder = useCallback<LoadOlder>(
    async (channel, before) => {
      const query = new URLSearchParams({ as, channel, before });
      const response = await fetch(`/sandbox/older?${query}`);
      const older = (await response.json()) as { messages: readonly SandboxMessage[]; more: boolean };
      if (response.ok) setState((current) => (current?.me === as ? withOlder(current, channel, older) : current));
    },
    [as],
  );
  return { state, connected, loadOlder };
};
