/*
 * The sources are written for Zephyr 4.x. What 3.4 (and the versions between) has under another name or in another form
 * is here, and nowhere else.
 */
#ifndef BLINK_COMPAT_H
#define BLINK_COMPAT_H

#if __has_include(<zephyr/version.h>)
#include <zephyr/version.h>
#else
#include <version.h>
#endif

#define BLINK_ZEPHYR(major, minor) (((major) << 16) + ((minor) << 8))
#define BLINK_ZEPHYR_IS_BEFORE(major, minor) (KERNELVERSION < (BLINK_ZEPHYR(major, minor) << 8))

#if BLINK_ZEPHYR_IS_BEFORE(3, 5)
#include <zephyr/random/rand32.h>
#else
#include <zephyr/random/random.h>
#endif

/* What a callback of the HTTP client returns. */
#if BLINK_ZEPHYR_IS_BEFORE(4, 2)
#define BLINK_HTTP_RESPONSE void
#define BLINK_HTTP_GO_ON
#else
#define BLINK_HTTP_RESPONSE int
#define BLINK_HTTP_GO_ON 0
#endif

/* An event of the network: 32 bits wide once, 64 today. */
#define BLINK_NET_EVENT __typeof__(((struct net_mgmt_event_callback *)0)->event_mask)

/* A mask belonged to the interface, and now to its address. */
#if BLINK_ZEPHYR_IS_BEFORE(3, 6)
#define blink_set_netmask(iface, address, mask) net_if_ipv4_set_netmask(iface, mask)
#else
#define blink_set_netmask(iface, address, mask) net_if_ipv4_set_netmask_by_addr(iface, address, mask)
#endif

/* That an advertiser may be connected to. */
#if BLINK_ZEPHYR_IS_BEFORE(4, 0)
#define BLINK_BT_CONNECTABLE BT_LE_ADV_OPT_CONNECTABLE
#else
#define BLINK_BT_CONNECTABLE BT_LE_ADV_OPT_CONN
#endif

/* A buffer for an HCI command. */
#if BLINK_ZEPHYR_IS_BEFORE(4, 2)
#define blink_hci_command(opcode, size) bt_hci_cmd_create(opcode, size)
#else
#define blink_hci_command(opcode, size) bt_hci_cmd_alloc(K_FOREVER)
#endif

#endif
