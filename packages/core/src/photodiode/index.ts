export {
  chooseLoadResistor,
  describeLoadResistor,
  type LoadResistor,
  type PhotodiodeInputs,
  type ResistorWarning,
} from './load-resistor.ts';
