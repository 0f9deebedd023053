/* The IPv4 address, fixed or by DHCP; joining is left to wifi.c. */
#include <stdio.h>

#include <zephyr/logging/log.h>
/* clang-format off: in Zephyr 3.4 dhcpv4.h needs net_if.h before it. */
#include <zephyr/net/net_if.h>
#include <zephyr/net/dhcpv4.h>
/* clang-format on */
#include <zephyr/net/net_ip.h>

#include "compat.h"
#include "network.h"
#include "settings_store.h"
#include "wifi.h"

LOG_MODULE_REGISTER(network, CONFIG_KILOWINK_LOG_LEVEL);

static int set_address(struct net_if *iface, const struct sensor_settings *settings)
{
	struct in_addr address;
	struct in_addr netmask;
	struct in_addr gateway;

	if (net_addr_pton(AF_INET, settings->address, &address) != 0 ||
	    net_addr_pton(AF_INET, settings->netmask, &netmask) != 0) {
		LOG_ERR("address or netmask of the settings is none");
		return -EINVAL;
	}
	if (net_if_ipv4_addr_add(iface, &address, NET_ADDR_MANUAL, 0) == NULL) {
		return -ENOMEM;
	}
	blink_set_netmask(iface, &address, &netmask);
	if (settings->gateway[0] != '\0' && net_addr_pton(AF_INET, settings->gateway, &gateway) == 0) {
		net_if_ipv4_set_gw(iface, &gateway);
	}
	return 0;
}

int network_start(void)
{
	struct net_if *iface = net_if_get_default();
	struct sensor_settings settings = settings_store_get();
	int error = 0;

	if (iface == NULL) {
		return -ENODEV;
	}
	if (settings.address[0] != '\0') {
		error = set_address(iface, &settings);
	} else {
		net_dhcpv4_start(iface);
	}
	return error == 0 ? wifi_start(iface) : error;
}

static struct in_addr *address_of(struct net_if *iface)
{
	return iface == NULL ? NULL : net_if_ipv4_get_global_addr(iface, NET_ADDR_PREFERRED);
}

bool network_is_up(void)
{
	struct net_if *iface = net_if_get_default();

	return iface != NULL && net_if_is_up(iface) && wifi_is_joined() && address_of(iface) != NULL;
}

void network_describe(char *text, size_t size)
{
	const struct in_addr *address = address_of(net_if_get_default());
	char number[NET_IPV4_ADDR_LEN] = "no address";

	if (address != NULL) {
		(void)net_addr_ntop(AF_INET, address, number, sizeof(number));
	}
	(void)snprintf(text, size, "%s%s", number, wifi_is_joined() ? "" : ", not joined");
}
