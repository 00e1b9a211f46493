import { Command, Option } from 'commander';
import { openDataFolder } from '../../adapters/data-folder/file-system.js';
import { modeIn } from '../../composition/config.js';
import { localIssuer } from '../../adapters/signer/local-issuer.js';
import { DomainError } from '../../kernel/errors.js';
import { ROLES } from '../../kernel/decider.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';
import { regionsIn } from '../sign-in.js';

interface TokenOptions extends CommonOptions {
  readonly subject: string;
  readonly role: string;
  readonly regions?: string;
  readonly ttl: number;
}

export function tokenCommand(): Command {
  return common(new Command('token'))
    .description(
      "make a bearer token of the data folder's local issuer (not for production, where your own OIDC issuer makes them)",
    )
    .requiredOption('--subject <account>', 'whose token: an account, not a name')
    .addOption(
      new Option('--role <role>', 'role')
        .choices(ROLES.filter((role) => role !== 'automation'))
        .makeOptionMandatory(),
    )
    .option('--regions <list>', 'limit to these regions, comma-separated')
    .option('--ttl <seconds>', 'how long it is valid', wholeNumber('ttl', 1, 86_400 * 30), 28_800)
    .action(
      action<TokenOptions, []>(async ({ out }, options) => {
        if (modeIn() === 'production')
          throw new DomainError(
            'SIGN_IN_REQUIRED',
            "In production mode tokens come from your own OIDC issuer; one of the folder's own is believed by nobody.",
            'unauthenticated',
          );
        const regions = options.regions === undefined ? undefined : regionsIn(options.regions);
        const folder = await openDataFolder(options.data, { hold: false, mode: modeIn() });
        const issuer = await localIssuer(folder.keys);
        const token = await issuer.issue({
          subject: options.subject,
          role: options.role,
          ttlSeconds: options.ttl,
          ...(regions === undefined ? {} : { regions }),
        });
        out.result({ token }, () => token);
      }),
    );
}
