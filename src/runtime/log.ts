import { pino, type DestinationStream, type Logger } from 'pino';

export type Log = Logger;
export const LOG = Symbol('Log');

/**
 * Structured lines on standard output. Bodies are never logged; what might carry a token or a
 * person's data by accident is cut out by name, at any place where our code or a library's puts it.
 */
const CUT = [
  'authorization',
  'cookie',
  'token',
  'nationalId',
  'name',
  'nameArabic',
  'holder',
  'phone',
  'number',
  'account',
  'iban',
  'body',
  'fields',
];

export function makeLog(
  level: string,
  destination: DestinationStream = pino.destination({ dest: 1, sync: false }),
): Log {
  return pino(
    {
      level,
      base: { service: 'sanad' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: CUT.flatMap((key) =>
          key === 'name' ? [`*.${key}`] : [key, `*.${key}`, `*.*.${key}`],
        ).concat('headers', '*.headers'),
        remove: true,
      },
    },
    destination,
  );
}
