import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { findNames } from './find-names.ts';

const homes = Array.from({ length: 3_000 }, (_, at) => `${at % 2 === 0 ? 'Orléans' : 'Lyon'}/${at}`);
const textOf = (name: string) => name;

test('finds homes by parts of their names, whatever case and accents, and says how many more there are', () => {
  deepEqual(findNames(homes, '', { textOf, limit: 2 }), {
    shown: ['Orléans/0', 'Lyon/1'],
    moreCount: 2_998,
  });
  deepEqual(findNames(homes, ' ORLEANS 298 ', { textOf, limit: 20 }), {
    shown: [
      ...['Orléans/298', 'Orléans/1298', 'Orléans/2298', 'Orléans/2980', 'Orléans/2982'],
      ...['Orléans/2984', 'Orléans/2986', 'Orléans/2988'],
    ],
    moreCount: 0,
  });
  deepEqual(findNames(homes, 'paris', { textOf, limit: 20 }), { shown: [], moreCount: 0 });
});

test('what needs somebody comes first, each in its order', () => {
  const isFirst = (name: string) => name.endsWith('7');
  deepEqual(findNames(homes.slice(0, 10), 'o', { textOf, limit: 3, isFirst }).shown, [
    'Lyon/7',
    'Orléans/0',
    'Lyon/1',
  ]);
});
