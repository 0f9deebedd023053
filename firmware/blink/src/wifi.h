/* Joining a Wi-Fi network; where the network is none, it is always joined. */
#ifndef BLINK_WIFI_H
#define BLINK_WIFI_H

#include <stdbool.h>

struct net_if;

#ifdef CONFIG_KILOWINK_WIFI
int wifi_start(struct net_if *iface);
bool wifi_is_joined(void);
#else
static inline int wifi_start(struct net_if *iface)
{
	(void)iface;
	return 0;
}

static inline bool wifi_is_joined(void)
{
	return true;
}
#endif

#endif
