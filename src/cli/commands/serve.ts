import { Command, Option } from 'commander';
import { environmentWith, loadConfig, ROLE_NAMES } from '../../composition/config.js';
import { action, common, wholeNumber, type CommonOptions } from '../command.js';

interface ServeOptions extends CommonOptions {
  readonly port?: number;
  readonly role?: string;
}

export function serveCommand(): Command {
  return common(new Command('serve'))
    .description(
      'serve the HTTP API, the read models and the automations of a data folder, on 127.0.0.1',
    )
    .addOption(
      new Option(
        '--role <role>',
        'what this process does at the distributed size (default: SANAD_ROLE, or all)',
      ).choices(ROLE_NAMES),
    )
    .option('--port <n>', 'port (default 3000; 0 takes a free one)', wholeNumber('port', 0, 65_535))
    .action(
      action<ServeOptions, []>(async ({ out, signal }, options) => {
        // Loading the server takes a second, which no other command should wait for.
        const { startServer } = await import('../../composition/server.js');
        const server = await startServer(
          loadConfig(
            environmentWith({
              SANAD_DATA: options.data,
              ...(options.role === undefined ? {} : { SANAD_ROLE: options.role }),
              ...(options.port === undefined ? {} : { SANAD_PORT: String(options.port) }),
            }),
          ),
        );
        out.result(
          {
            url: server.url,
            data: options.data,
            ...(options.role === undefined ? {} : { role: options.role }),
          },
          () =>
            `Serving ${options.data} at ${server.url} (API at ${server.url}/docs). Ctrl-C stops.`,
        );
        if (!signal.aborted)
          await new Promise<void>((resolve) => {
            signal.addEventListener('abort', () => resolve(), { once: true });
          });
        await server.close();
      }, 'Finishing what is under way, then stopping.'),
    );
}
