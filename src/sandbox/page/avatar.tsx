import type { ReactNode } from 'react';
import { AppMark } from './icons.tsx';
import type { SandboxUser } from './page-types.ts';

const HUES = [8, 262, 205, 152, 330, 28, 188, 45];

const hueOf = (id: string): number => {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return HUES[sum % HUES.length] ?? 205;
};

/** First letters of the first and last name. */
export const initialsOf = (name: string): string => {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const [first = '?'] = words;
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return `${first.slice(0, 1)}${last.slice(0, 1)}`.toUpperCase();
};

/** A person's initials on a colour of their own, or the app's mark. Decoration: the name stands beside it. */
export const Avatar = ({
  user,
  size = 36,
}: {
  readonly user: SandboxUser | undefined;
  readonly size?: number;
}): ReactNode => {
  if (user?.is_bot) {
    return (
      <span className="avatar" style={{ width: size, height: size }}>
        <AppMark size={size} />
      </span>
    );
  }
  const hue = hueOf(user?.id ?? '');
  const style = {
    width: size,
    height: size,
    fontSize: Math.round(size * 0.39),
    background: `linear-gradient(150deg, hsl(${hue} 46% 50%), hsl(${hue} 52% 36%))`,
  };
  return (
    <span className="avatar avatar-person" style={style} aria-hidden="true">
      {initialsOf(user?.real_name ?? '?')}
    </span>
  );
};
