/* SPDX-License-Identifier: MPL-2.0 */
#ifndef TC_WORKFLOWS_RABBITMQ_H
#define TC_WORKFLOWS_RABBITMQ_H

/* librabbitmq's headers, where its version has them: since 0.12 in a folder of their own, and those
 * of before warn. */

#if defined(__has_include)
#if __has_include(<rabbitmq-c/amqp.h>)
#define TC_RABBITMQ_FOLDER
#endif
#endif

#ifdef TC_RABBITMQ_FOLDER
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#endif

#endif
