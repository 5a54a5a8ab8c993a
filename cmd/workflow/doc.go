// Package workflow registers a CA certificate with an instance, and keeps it, as
// sequences that read like this one:
//
//	listed? -> code -> certificate signed and checked -> submitted -> listed
//	  | yes and active: done
//	  the key pair of the certificate is made meanwhile
//
// The list comes first, alone: a code is fetched only when it will be used, because
// a new one may invalidate another that somebody is carrying to an offline CA.
//
// A CA that is registered is activated, deactivated and deleted in the same manner:
//
//	listed? -> changed -> listed so
//	  | as it should be: done
//
// It promises that running it twice registers once, that a submission whose answer
// never came is looked up in the list before it is called lost, and that an error
// says whether the CA may be registered. A CA that is deleted was inactive before, and no
// device certificate goes with it unasked. It expects a CA that was checked before,
// and knows no flags, no terminal and no files: an [Observer] is told of each step.
package workflow
