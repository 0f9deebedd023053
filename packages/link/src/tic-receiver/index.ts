export { TicReceiver, type TicReceiverOptions, type TicReceiverState } from './tic-receiver.ts';
