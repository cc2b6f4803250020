/** One command of the command line; prints the most memory it took, in MB, as its last line. */
import { run } from '#src/cli.ts';

process.exitCode = await run(process.argv.slice(2));
process.stdout.write(`\n${(process.resourceUsage().maxRSS / 1024).toFixed(1)}\n`);
