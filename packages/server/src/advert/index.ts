// What a command needs to tell whose an advertisement is, without the rest of the server.
export { type AdvertSender, AdvertSenders, type SentContent } from '../ingest/advert-known.ts';
