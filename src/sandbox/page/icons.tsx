import type { ReactNode } from 'react';

const PATHS = {
  hash: 'M6.5 3 5 17M15 3l-1.500 14M3.500 7.200h14M2.500 12.800h14',
  caret: 'm5 7.500 5 5 5-5',
  close: 'M5 5l10 10M15 5 5 15',
  send: 'M3.500 4.200 16.800 10 3.500 15.800l1.600-5.800zM5.100 10h6',
  sun: 'M10 6.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7ZM10 1.800v2M10 16.200v2M1.800 10h2M16.200 10h2M4.200 4.200l1.400 1.400M14.400 14.400l1.400 1.400M4.200 15.800l1.400-1.400M14.400 5.600l1.400-1.400',
  moon: 'M16.800 12.300A7.300 7.300 0 0 1 7.700 3.200a7.300 7.300 0 1 0 9.100 9.100Z',
  panel: 'M3 4.500h14v11H3zM12.500 4.500v11',
  menu: 'M3 5.500h14M3 10h14M3 14.500h14',
  thread: 'M4 4h12v9H9.500L6 16v-3H4z',
  eye: 'M2 10s3-5 8-5 8 5 8 5-3 5-8 5-8-5-8-5ZM10 7.800a2.200 2.200 0 1 1 0 4.400 2.200 2.200 0 0 1 0-4.400Z',
  bolt: 'M11.500 2.500 4.500 11.500H9.500L8.500 17.500 15.500 8.500H10.500z',
  at: 'M10 6.800a3.200 3.200 0 1 1 0 6.400 3.200 3.200 0 0 1 0-6.400ZM13.200 6.800v4.400a2.100 2.100 0 0 0 4.200 0V10a7.400 7.400 0 1 0-3 6',
  slash: 'M3.500 3.500h13v13h-13zM12.500 6.500l-5 7',
  check: 'm4 10.500 4 4 8.500-9',
  more: 'M10 5.100v.1M10 10v.1M10 14.900v.1',
  up: 'M6.500 9 9.500 3c1.300 0 2 .9 2 2v3h4.200a1.400 1.400 0 0 1 1.400 1.700l-1.200 5.600a1.500 1.500 0 0 1-1.500 1.200H6.500zM6.500 9H3v7.500h3.500',
  down: 'M6.500 11l3 6c1.300 0 2-.9 2-2v-3h4.200a1.400 1.400 0 0 0 1.400-1.700l-1.200-5.600a1.500 1.500 0 0 0-1.500-1.200H6.500zM6.500 11H3V3.500h3.500',
  warn: 'M10 3 18 16.500H2zM10 8.500v3.500M10 14.300v.1',
  pulse: 'M2.500 10H6l2-5 4 10 2-5h3.500',
  seal: 'M10 2.500l2 1.700 2.600-.2.600 2.500 2.200 1.400-1 2.400 1 2.400-2.200 1.400-.6 2.500-2.600-.2-2 1.700-2-1.700-2.600.2-.6-2.500-2.200-1.400 1-2.400-1-2.400 2.200-1.400.6-2.500 2.600.2zM7 10.300l2.200 2.200 4-4.400',
  file: 'M5 2.500h6.500L15.500 6.500v11H5zM11.500 2.500v4h4',
  home: 'M3 9.500 10 3.500l7 6V17h-4.500v-4.500h-5V17H3z',
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon, decoration only: whatever holds it has the words. */
export const Icon = ({ name, size = 18 }: { readonly name: IconName; readonly size?: number }): ReactNode => (
  <svg className="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
    <path
      d={PATHS[name]}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.4 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);

/** The app's mark: a check over a signature line. */
export const AppMark = ({ size }: { readonly size: number }): ReactNode => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" fill="#0b6e5f" />
    <path
      d="M8.500 17.200l5 5L24 10.800"
      fill="none"
      stroke="#fff"
      strokeWidth="3.400"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
    <path d="M8 26.500h16" stroke="#9fe0d2" strokeWidth="2" strokeLinecap="round" />
  </svg>
);
