import { useCallback, useEffect, useRef, useState } from 'react';
import type { Place } from './page-types.ts';

/** Who acts and where they look; all of it is in the address, so that a reload or a link comes back to it. */
export type Location = Place & {
  readonly as: string;
  /** A message that a link points to. */
  readonly message: string | null;
};

const LAST_PERSON = 'countersign-sandbox-as';
/** Who acts when nobody was chosen. */
export const FIRST_PERSON = 'U0EMMA';
const FIRST_CHANNEL = 'C0ASK';

const stored = (key: string): string | null => {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
};

const store = (key: string, value: string): void => {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // Without storage the page only forgets the setting.
  }
};

const read = (): Location => {
  const query = new URLSearchParams(window.location.search);
  return {
    as: query.get('as') ?? stored(LAST_PERSON) ?? FIRST_PERSON,
    channel: query.get('channel') ?? FIRST_CHANNEL,
    thread: query.get('thread'),
    tab: query.get('tab') === 'home' ? 'home' : 'messages',
    message: query.get('message'),
  };
};

const addressOf = (location: Location): string => {
  const query = new URLSearchParams({ as: location.as, channel: location.channel });
  if (location.tab === 'home') query.set('tab', 'home');
  if (location.thread) query.set('thread', location.thread);
  return `/?${query}`;
};

/** The place in the address, and how to change it. Back and forward work. */
export const usePlace = (): { readonly location: Location; readonly go: (change: Partial<Location>) => void } => {
  const [location, setLocation] = useState(read);
  const current = useRef(location);
  const show = useCallback((next: Location) => {
    current.current = next;
    setLocation(next);
  }, []);
  useEffect(() => {
    const back = (): void => show(read());
    window.addEventListener('popstate', back);
    return () => window.removeEventListener('popstate', back);
  }, [show]);
  const go = useCallback(
    (change: Partial<Location>) => {
      const before = current.current;
      const next: Location = { ...before, message: null, ...change };
      if (addressOf(next) !== addressOf(before)) window.history.pushState(null, '', addressOf(next));
      if (next.as !== before.as) store(LAST_PERSON, next.as);
      show(next);
    },
    [show],
  );
  return { location, go };
};

/** Light or dark: as chosen here, else as the system says. */
export const useTheme = (): { readonly theme: 'light' | 'dark'; readonly toggle: () => void } => {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const [theme, setTheme] = useState<'light' | 'dark'>(() => {
    const chosen = stored('countersign-sandbox-theme');
    return chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light';
  });
  useEffect(() => {
    const follow = (event: MediaQueryListEvent): void => {
      if (stored('countersign-sandbox-theme') === null) setTheme(event.matches ? 'dark' : 'light');
    };
    dark.addEventListener('change', follow);
    return () => dark.removeEventListener('change', follow);
  }, [dark]);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const toggle = (): void => {
    const next = theme === 'dark' ? 'light' : 'dark';
    store('countersign-sandbox-theme', next);
    setTheme(next);
  };
  return { theme, toggle };
};
