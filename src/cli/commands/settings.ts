import { Command } from 'commander';
import { settingRows, type SettingRow } from '../../composition/config.js';
import { action, type CommonOptions } from '../command.js';

interface SettingsOptions extends CommonOptions {
  readonly markdown?: boolean;
}

const HEADINGS: SettingRow = {
  name: 'Variable',
  type: 'Type',
  default: 'Default',
  meaning: 'Meaning',
};
const COLUMNS = ['name', 'type', 'default', 'meaning'] as const;

/** The columns of each row under each other, as wide as their widest cell. */
function aligned(rows: readonly SettingRow[]): string[][] {
  const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => COLUMNS.map((column, at) => row[column].padEnd(widths[at]!)));
}

/** docs/settings.md, whole. */
export function settingsMarkdown(): string {
  const rows = settingRows().map((row) => ({ ...row, name: `\`${row.name}\`` }));
  const [heading, ...lines] = aligned([HEADINGS, ...rows]).map((row) => `| ${row.join(' | ')} |`);
  const rule = heading!.replace(/[^|]/g, '-').replaceAll('|-', '| ').replaceAll('-|', ' |');
  return `# Settings

Settings are environment variables, read once at the start. A wrong value stops the start with a line that names it; one that
is empty counts as not set. This page is what \`sanad settings --markdown\` prints.

${[heading, rule, ...lines].join('\n')}
`;
}

export function settingsCommand(): Command {
  return new Command('settings')
    .description('print every setting with its type, limits, default and meaning')
    .option('--markdown', 'as docs/settings.md')
    .option('--json', 'one JSON object on standard output')
    .action(
      action<SettingsOptions, []>(async ({ out }, options) => {
        out.result({ settings: settingRows() }, () =>
          options.markdown === true
            ? settingsMarkdown().trimEnd()
            : aligned([HEADINGS, ...settingRows()])
                .map((row) => row.join('  ').trimEnd())
                .join('\n'),
        );
      }),
    );
}
