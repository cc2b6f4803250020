import type { ReactNode } from 'react';
import { AppMark } from './icons.tsx';
import type { SandboxUser } from './page-types.ts';
import { useWorkspaceView } from './workspace-context.ts';

const HUES = [205, 28, 262, 152, 330, 45, 8, 185];

/** First letters of the first and last name. */
const initialsOf = (name: string): string => {
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
  const { users } = useWorkspaceView();
  if (user?.is_bot) {
    return (
      <span className="avatar" style={{ width: size, height: size }}>
        <AppMark size={size} />
      </span>
    );
  }
  // By place in the list of people, so that no two of the sandbox share a colour.
  const hue = HUES[Math.max(0, [...users.keys()].indexOf(user?.id ?? '')) % HUES.length] ?? 205;
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
