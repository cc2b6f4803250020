/** `gate-token create` and `gate-token revoke`. */
import { createGateToken, revokeGateToken } from '#src/delivery/gate/tokens.ts';
import { type CliContext, CommandError, type ExitCode } from '../context.ts';
import type { NameFlags } from '../flags.ts';
import { withDesks } from '../governance/session.ts';
import { paragraph } from '../terminal.ts';

/** Makes a token and shows it once. Throws CommandError `input_invalid` for a name that is taken or no name. */
export function createToken(context: CliContext, { name, json }: NameFlags): Promise<ExitCode> {
  return withDesks(context, async ({ deps }) => {
    const made = await createGateToken(deps, name, 'service');
    if (!made.ok) throw refused(name, made.reason);
    if (json) context.json({ ok: true, name, token: made.secret });
    else {
      context.text(
        made.secret,
        '',
        ...paragraph(
          `This is the only time "${name}" is shown. Put it where the pipeline keeps its secrets, and ask with:`,
        ),
        '  curl --fail-with-body -H "Authorization: Bearer $TOKEN" \\',
        '    "$COUNTERSIGN/api/v1/gate?system=S&version=V&digest=sha256:...&environment=E"',
      );
    }
    return 0;
  });
}

/** Ends a token. Exit 1 where there is none of that name. */
export function revokeToken(context: CliContext, { name, json }: NameFlags): Promise<ExitCode> {
  return withDesks(context, async ({ deps }) => {
    const ended = await revokeGateToken(deps, name, 'service');
    if (json) context.json({ ok: ended.ok, name });
    else context.text(ended.ok ? `"${name}" is revoked.` : `There is no token "${name}" in use.`);
    return ended.ok ? 0 : 1;
  });
}

function refused(name: string, reason: string): CommandError {
  return reason === 'name_taken'
    ? new CommandError(
        'input_invalid',
        `A token "${name}" is in use already.`,
        'Revoke it first, or choose another name.',
        1,
      )
    : new CommandError(
        'input_invalid',
        `"${name}" cannot be a name.`,
        'Use up to 60 letters, digits, blanks, dots, dashes.',
      );
}
