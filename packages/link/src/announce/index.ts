export { type AnnouncedAddress, Announcement, type AnnouncementOptions } from './announcement.ts';
