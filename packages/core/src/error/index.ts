export {
  AppError,
  AssertionError,
  assert,
  type ErrorCatalogue,
  type ErrorDetails,
  type ErrorKind,
  errorMaker,
} from './app-error.ts';
export { type Fault, fault, ok, type Result } from './result.ts';
