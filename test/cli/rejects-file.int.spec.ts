import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { RejectsFile } from '../../src/tabular/rejects.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('a rejects file', () => {
  const folder = temporaryFolder('rejects');

  it('has its name only when it is whole, and no formula', () => {
    const path = join(folder, 'rejects.csv');
    const file1 = new RejectsFile(path);
    file1.add([{ line: 3, column: '=cmd', code: 'VALUE_MISSING', reason: 'is "empty"; really' }]);
    expect(readdirSync(folder)).toEqual(['rejects.csv.partial']);
    file1.commit();
    expect(readFileSync(path, 'utf8')).toBe(
      'line;column;code;reason\n3;\'=cmd;VALUE_MISSING;"is ""empty""; really"\n',
    );
    const again = new RejectsFile(path);
    again.discard();
    expect(readdirSync(folder)).toEqual(['rejects.csv']);
    expect(file1.count).toBe(1);
  });
});
