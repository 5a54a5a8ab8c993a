// Package workflow registers a CA certificate with an instance as one sequence:
//
//	listed? -> code -> certificate signed and checked -> submitted -> listed
//	  | yes and active: done
//	  the key pair of the certificate is made meanwhile
//
// The list comes first, alone: a code is fetched only when it will be used, because
// a new one may invalidate another that somebody is carrying to an offline CA.
//
// It promises that running it twice registers once, that a submission whose answer
// never came is looked up in the list before it is called lost, and that an error
// says whether the CA may be registered. It expects a CA that was checked before,
// and knows no flags, no terminal and no files: an [Observer] is told of each step.
package workflow
