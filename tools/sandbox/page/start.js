/* SPDX-License-Identifier: MPL-2.0 */

history.scrollRestoration = 'manual'; // pages fill themselves later than the browser thinks
document.addEventListener('click', onClick);
document.addEventListener('scrollend', keepScroll);
window.addEventListener('popstate', onPopState);
setInterval(() => document.hidden || keepTimes(), 1000);
startSession();
showPath(history.state?.y);
