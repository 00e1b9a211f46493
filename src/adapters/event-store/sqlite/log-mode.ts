import { StoreError } from '../../../kernel/errors.js';
import { guard, openLogBeside } from './sqlite-log.js';

const MODE = 'mode';

/**
 * Keeps with the log that it was used in production mode, so that no file beside it needs to be
 * there to say so. Call it once the log is open.
 * @throws StoreError DATA_FOLDER_PRODUCTION
 */
export function keepLogMode(dir: string, mode: 'development' | 'production'): void {
  guard(() => {
    const db = openLogBeside(dir);
    try {
      const before = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(MODE);
      if (before === 'production' && mode === 'development')
        throw new StoreError(
          'DATA_FOLDER_PRODUCTION',
          `The log in ${dir} was used in production mode, and development mode does not open it. Set SANAD_MODE=production.`,
        );
      if (before !== 'production' && mode === 'production')
        db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(MODE, mode);
    } finally {
      db.close();
    }
  });
}
