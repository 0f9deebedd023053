import type { RefusalStrings } from './strings.ts';

export const REFUSALS_EN: RefusalStrings = {
  'web/unreachable': 'The server can not be reached.',
  'reading/refused/future': 'This reading is of a moment still to come.',
  'reading/refused/never': 'The clock never showed that time: was it {firstAt} or {secondAt}?',
  'reading/refused/index': 'Expected what the display shows in kWh, as 12345.678 or 12345; “{index}” came.',
  'reading/refused/known': 'There is a reading of this moment already: take it away first.',
  'reading/refused/below':
    '{read} is below the {beside} of {besideAt}: tick “the meter was replaced”, or look for a wrong digit.',
  'reading/refused/carried':
    '{read} is below the {beside} of {besideAt}. If the display began anew at 0, enter {carried}; else tick “the meter was replaced”, or look for a wrong digit.',
  'reading/refused/above':
    '{read} is above the {beside} of {besideAt}, which is later: tick “the meter was replaced”, or look for a wrong digit.',
  'reading/refused/fast-since':
    'From the {beside} of {besideAt} to {read} is more than any home draws: look for a wrong digit.',
  'reading/refused/fast-until':
    'From {read} to the {beside} of {besideAt} is more than any home draws: look for a wrong digit.',
  'correction/refused/future': 'It would end in the future: a correction is of what was measured.',
  'correction/refused/short': 'This is shorter than one measurement: zoom out.',
  'correction/refused/same': 'The very same correction holds already.',
  'correction/refused/factor': 'Expected a factor from 0.1 to 10, other than 1.',
  'correction/refused/energy': 'Expected an energy from 0 to {most}: more can not flow in this time.',
  'correction/refused/no-shape':
    'Nothing was measured there, so there is no shape to keep: spread it evenly.',
  'correction/refused/no-gap': 'All of it was measured, there is no gap to put it into.',
  'correction/refused/less':
    '{energy} is less than the {measured} that were measured: nothing is left for the gaps.',
};
