import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * A text that names one run of one process: pid, boot and start time, so that a recycled pid is not mistaken for it.
 * Null when no such process lives (a zombie counts as dead).
 */
export function identityOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return null;
      return `${pid}@${bootId()}+${fields[19]}`;
    } catch {
      return null;
    }
  }
  const started = ps(pid, 'lstart=');
  return started ? `${pid}@${started}` : null;
}

/** The command line of a process, null when it does not live or does not show one. */
function commandLineOf(pid: number): readonly string[] | null {
  if (process.platform === 'linux') {
    try {
      const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return text === '' ? null : text.split('\0').filter((part) => part !== '');
    } catch {
      return null;
    }
  }
  const line = ps(pid, 'command=');
  return line ? [line] : null;
}

/** Whether the process is a postmaster that was started on exactly this cluster folder. */
export function isPostmasterOf(pid: number, cluster: string): boolean {
  const line = commandLineOf(pid);
  if (!line) return false;
  if (line.length === 1) return (line[0] ?? '').includes('postgres') && (line[0] ?? '').includes(`-D ${cluster} `);
  return basename(line[0] ?? '') === 'postgres' && line[line.indexOf('-D') + 1] === cluster;
}

let boot: string | undefined;

function bootId(): string {
  boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return boot;
}

function ps(pid: number, column: string): string {
  try {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], {
      encoding: 'utf8',
      env,
      stdio: 'pipe',
    }).trim();
  } catch {
    return '';
  }
}
